using System.CommandLine;

namespace Linnet.Cli.Configuration;

/// <summary>The configuration file, as a command changes it.</summary>
internal sealed class EditedConfig
{
    private readonly ConfigFile _file;
    private readonly ServeConfiguration _before;
    private readonly ParseResult _flags;
    private readonly Shell _quiet;

    private EditedConfig(ConfigFile file, ParseResult flags, Shell shell)
    {
        (_file, _flags, _quiet) = (file, flags, shell with { Error = TextWriter.Null });
        _before = Read(file);
        Toml = new TomlEdit(file.Name, file.Text);
    }

    /// <summary>The file's name, as the user knows it.</summary>
    public string Name => _file.Name;

    /// <summary>Accounts, networks, links and the hook of the file as it was.</summary>
    public AccessSettings Access => _before.Settings.Access;

    /// <summary>Changes the text.</summary>
    public TomlEdit Toml { get; }

    /// <summary>Opens the file that is named, or that <c>linnet serve</c> would read; <see langword="null"/>: there is none.</summary>
    /// <param name="named">The file; <see langword="null"/>: none is named.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="shell">The program's environment.</param>
    /// <exception cref="UsageException">It cannot be read, or is not TOML.</exception>
    public static EditedConfig? Open(string? named, ParseResult parsed, Shell shell)
    {
        ParseResult flags = CommandLine.ParseServe(parsed, []);
        if ((named is null ? ConfigFile.Find(flags, ConfigVariables.OfThisProcess) : ConfigFile.Read(named)) is not { } file)
        {
            return null;
        }

        return TomlFile.Parse(file.Text).Errors is not [var (line, error), ..] ? new EditedConfig(file, flags, shell)
            : throw new UsageException($"{file.Name}:{line}: {error}");
    }

    /// <summary>Writes the changed text, unless it has mistakes that the file did not have: a server would not read it.</summary>
    /// <exception cref="UsageException">It has such mistakes, or another program has changed the file.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save()
    {
        IEnumerable<string> before = _before.Problems.Select(static problem => problem.Text);
        string[] added = [.. Read(_file with { Text = Toml.Text }).Problems.Select(static problem => problem.Text).Except(before)];
        if (added.Length > 0)
        {
            throw new UsageException([.. added, $"Nothing was written to {Name}."]);
        }

        _file.Replace(Toml.Text);
    }

    private ServeConfiguration Read(ConfigFile file) => ServeConfiguration.Read(_flags, file, ConfigVariables.OfThisProcess, _quiet);
}
