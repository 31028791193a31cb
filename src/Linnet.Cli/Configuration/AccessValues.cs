using System.Globalization;
using Linnet.Cli.Commands;
using Linnet.Wire;

namespace Linnet.Cli.Configuration;

/// <summary>The values of the configuration file that no option of the command line sets.</summary>
/// <param name="problems">Receives all mistakes.</param>
internal sealed class AccessValues(List<ConfigProblem> problems)
{
    private readonly Dictionary<string, (FileKey Key, TomlValue Value, string Origin)> _values = new(StringComparer.Ordinal);

    // With what is in the files that they name.
    private readonly Dictionary<string, string> _resolved = new(StringComparer.Ordinal);
    private readonly List<(string Path, UnixFileMode? Mode)> _secretFiles = [];
    private string _folder = "";

    /// <summary>Whether the configuration file itself has secrets.</summary>
    public bool HasSecrets => _values.Values.Any(static v => v.Key.IsSecret && v.Value.Key == v.Key.Name);

    /// <summary>Takes a value, if it is one of these.</summary>
    /// <param name="value">The value.</param>
    /// <param name="origin">The file and its line.</param>
    /// <param name="folder">Where relative paths begin.</param>
    public bool TryAdd(TomlValue value, string origin, string folder)
    {
        _folder = folder;
        if (AccessKeys.AccountIn(value.Table) is { } account && value.Key == "password")
        {
            Report(origin, value.Line, $"{value.Path}: the file has hashes, not passwords. Run 'linnet user add {account}'.");
            return true;
        }

        return AccessKeys.Find(value.Table, value.Key) is { } key && _values.TryAdd(value.Path, (key, value, origin));
    }

    /// <summary>Warns if all users may read or change a file with secrets that a key names.</summary>
    public void Judge(Shell shell)
    {
        foreach ((string path, UnixFileMode? mode) in _secretFiles)
        {
            PushOptions.Judge(mode, path, shell);
        }
    }

    /// <summary>What has another value than in <paramref name="other"/>: keys and accounts.</summary>
    public IEnumerable<string> Differences(AccessValues other) => _resolved.Keys.Union(other._resolved.Keys)
        .Where(path => _resolved.GetValueOrDefault(path) != other._resolved.GetValueOrDefault(path))
        .Select(static path => AccessKeys.AccountIn(path) is null ? path : path[..path.LastIndexOf('.')])
        .Distinct();

    /// <summary>Where a key is set in a table; <see langword="null"/>: it is not.</summary>
    public (TomlValue Value, string Origin)? Find(FileKey key, string table) => key.Names
        .Select(name => _values.TryGetValue($"{table}.{name}", out var found) ? (found.Value, found.Origin) : ((TomlValue, string)?)null)
        .FirstOrDefault(static found => found is not null);

    /// <summary>A time; <see langword="null"/>: it is not set, or has a mistake.</summary>
    public TimeSpan? Seconds(FileKey key, double least, double most)
    {
        if (Find(key, key.Table) is not var (value, _))
        {
            return null;
        }

        string text = Convert.ToString(value.Value, CultureInfo.InvariantCulture) ?? "";
        _resolved[value.Path] = text;
        if (Quantity.Seconds.TryRead(text, out double seconds) && seconds >= least && seconds <= most)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        Report(
            key, key.Table,
            string.Create(CultureInfo.InvariantCulture, $"must be {least} to {most} s, such as {Quantity.Seconds.Example}"));
        return null;
    }

    /// <summary>The text of a key, if it is valid.</summary>
    /// <param name="key">The key.</param>
    /// <param name="table">Its table.</param>
    /// <param name="isValid">Whether a text is valid.</param>
    /// <param name="rule">What it must be, as the rest of a sentence after the key's name.</param>
    public string? Checked(FileKey key, string table, Predicate<string> isValid, string rule) =>
        CheckedAll(key, table, isValid, rule) is [var only] ? only : null;

    /// <inheritdoc cref="Checked"/>
    public IReadOnlyList<string> CheckedAll(FileKey key, string table, Predicate<string> isValid, string rule)
    {
        IReadOnlyList<string> texts = Texts(key, table);
        if (texts.Any(text => !isValid(text)))
        {
            Report(key, table, rule);
            return [];
        }

        return texts;
    }

    /// <summary>The text of a key; <see langword="null"/>: it is not set, or has a mistake.</summary>
    public string? Text(FileKey key, string table) => Texts(key, table) is [var only, ..] ? only : null;

    /// <summary>The texts of a key, or of the file that it names.</summary>
    public IReadOnlyList<string> Texts(FileKey key, string table)
    {
        if (Find(key, table) is not var (value, origin))
        {
            return [];
        }

        string path = $"{table}.{key.Name}";
        if (value.Path == path && _values.TryGetValue(path + FileKey.FileEnd, out var other))
        {
            Report(other.Origin, other.Value.Line, $"{path} and {path}{FileKey.FileEnd} both set the value: use only one of them.");
            return [];
        }

        bool isList = key.Example.StartsWith('[');
        IReadOnlyList<string>? texts = value switch
        {
            { Value: string { Length: > 0 } file } when value.Path != path => ReadFile(ConfigPath.Of(file, _folder), value, origin),
            _ when value.Path != path => null,
            { Value: object?[] all } when isList && all.All(static one => one is string { Length: > 0 }) => [.. all.Cast<string>()],
            { Value: string { Length: > 0 } text } when !isList => [text],
            _ => null,
        };
        if (texts is null)
        {
            Report(origin, value.Line, value.Path + (value.Path == path && isList
                ? " must be a list of texts, such as [\"one\", \"two\"]." : " must be a text in quotes."));
        }

        _resolved[path] = string.Join('\n', texts ?? []);
        return texts ?? [];
    }

    /// <summary>Reports a mistake in a key that is set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="table">Its table.</param>
    /// <param name="rule">The rest of a sentence after the key's name.</param>
    public void Report(FileKey key, string table, string rule)
    {
        (TomlValue value, string origin) = Find(key, table)!.Value;
        Report(origin, value.Line, $"{value.Path} {rule}.");
    }

    /// <summary>Reports a mistake.</summary>
    public void Report(string origin, int line, string sentence) =>
        problems.Add(new ConfigProblem(origin, line, ShownAddress.InText(sentence)));

    private IReadOnlyList<string> ReadFile(string path, TomlValue value, string origin)
    {
        try
        {
            SecretLines file = SecretLines.Read(path);
            _secretFiles.Add((path, file.Mode));
            return file.Lines;
        }
        catch (UsageException e)
        {
            Report(origin, value.Line, e.Message);
            return [];
        }
    }
}
