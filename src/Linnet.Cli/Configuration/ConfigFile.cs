using System.CommandLine;
using System.Text;
using Linnet.Cli.Commands;
using Linnet.Server.Hosting;

namespace Linnet.Cli.Configuration;

/// <summary>The text of a configuration file.</summary>
/// <param name="Name">Its path as the user wrote it.</param>
/// <param name="Folder">The folder that it is in; relative paths in it begin there.</param>
/// <param name="Text">Its text.</param>
internal sealed record ConfigFile(string Name, string Folder, string Text)
{
    // Of the moment when it was read; null: not known.
    private readonly UnixFileMode? _mode;

    // A thousand stations take a tenth of this, and a wrong file may be of any length.
    private const int MaxLength = 1 << 20;

    /// <summary>Whether the file begins with a byte order mark, which <see cref="Text"/> does not have.</summary>
    public bool HasMark { get; private init; }

    /// <summary>What the file looked like just before it was read.</summary>
    public FileStamp Stamp { get; private init; }

    private ConfigFile(string name, string folder, string text, UnixFileMode? mode)
        : this(name, folder, text) => _mode = mode;

    /// <summary>
    /// The file that is read if none is named. It is never one in the working folder: that may be one that the user has downloaded.
    /// </summary>
    public static string Default => OperatingSystem.IsWindows()
        ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "Linnet", "linnet.toml")
        : "/etc/linnet/linnet.toml";

    /// <summary>The file for a command line; <see langword="null"/>: there is none.</summary>
    /// <param name="flags">The command line.</param>
    /// <param name="environment">The environment variables.</param>
    /// <param name="mayBeDefault">Whether <see cref="Default"/> is read if no file is named and there are no sources.</param>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static ConfigFile? Find(ParseResult flags, IReadOnlyDictionary<string, string> environment, bool mayBeDefault = true)
    {
        string? named = flags.GetValue(ServeCommand.Config)
            ?? (environment.TryGetValue(ConfigVariables.File, out string? path) && path.Length > 0 ? path : null);
        bool hasSources = flags.GetResult(ServeCommand.Sources) is { Tokens.Count: > 0 };
        return named is not null ? Read(named)
            : mayBeDefault && !hasSources && File.Exists(Default) ? Read(Default)
            : null;
    }

    /// <summary>Writes another text into the file. The rest of the file, its mode and its owner stay.</summary>
    /// <exception cref="UsageException">The file has changed since it was read.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Replace(string text)
    {
        string target = File.ResolveLinkTarget(Name, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(Name);
        string next = $"{target}.{Path.GetRandomFileName()}";
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            creation.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var file = new FileStream(next, creation))
            {
                file.Write(new UTF8Encoding(false).GetBytes(HasMark ? '\uFEFF' + text : text));
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                FileOwner.Copy(target, next);
                File.SetUnixFileMode(next, File.GetUnixFileMode(target));
            }

            if (Read(Name).Text != Text)
            {
                throw new UsageException($"'{Name}' has changed meanwhile, so nothing was written: run the command again.");
            }

            File.Move(next, target, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static ConfigFile Read(string path)
    {
        FileStamp stamp = FileStamp.Of(path);
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[MaxLength + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxLength)
            {
                throw new UsageException($"'{path}' is no configuration file: it is longer than 1 MiB.");
            }

            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            return new ConfigFile(
                path, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", text.TrimStart('\uFEFF'), PushOptions.ModeOf(file))
            {
                HasMark = text.StartsWith('\uFEFF'),
                Stamp = stamp,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            throw new UsageException(e switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"There is no configuration file '{path}'.",
                _ when Directory.Exists(path) => $"'{path}' is a folder: name the configuration file in it.",
                DecoderFallbackException => $"'{path}' is no configuration file: it is not UTF-8 text.",
                _ => $"The configuration file cannot be read: {e.Message}",
            });
        }
    }

    /// <summary>Warns if the file, or one that it names, has a password and all users may read or change it.</summary>
    public void Judge(ServeSettings settings, Shell shell)
    {
        if (settings.Access.Values.HasSecrets || ConfigKeys.All.Any(key => settings.Find(key, key.Table) is { IsSecret: true, Line: > 0 }))
        {
            PushOptions.Judge(_mode, Name, shell);
        }

        settings.Access.Values.Judge(shell);
    }
}
