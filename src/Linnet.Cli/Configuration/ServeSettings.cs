using System.CommandLine;
using System.CommandLine.Parsing;
using Linnet.Cli.Commands;
using Linnet.Sources;

namespace Linnet.Cli.Configuration;

/// <summary>
/// What the command line, the environment and the configuration file set for <c>linnet serve</c>. The command line comes before the
/// environment, and that before the file; in the file a station's table comes before the table of defaults.
/// </summary>
/// <param name="flags">The command line.</param>
/// <param name="problems">Receives all mistakes.</param>
internal sealed class ServeSettings(ParseResult flags, List<ConfigProblem> problems)
{
    private const string HttpTable = "http";

    private readonly List<Setting> _variables = [];
    private readonly List<Setting> _file = [];

    private readonly List<TomlValue> _sources = [];
    private readonly HashSet<string> _wrongSources = [];

    // Settings with a mistake that has been reported: the rest is checked without them.
    private readonly HashSet<Setting> _ignored = [];

    /// <summary>The stations of the file, in its order, and where their tables begin.</summary>
    public List<(string Name, string Origin, int Line)> Stations { get; } = [];

    /// <summary>Accounts, networks, links and the hook.</summary>
    public AccessSettings Access { get; } = new(problems);

    /// <summary>The command line itself.</summary>
    public ParseResult Flags => flags;

    /// <summary>Takes the variables of the environment that have the name of a setting.</summary>
    public void AddVariables(IReadOnlyDictionary<string, string> environment)
    {
        foreach (ConfigKey key in ConfigKeys.All)
        {
            // Services of containers set variables that are empty.
            if (!environment.TryGetValue(key.Variable, out string? text) || text.Length == 0)
            {
                continue;
            }

            if (key.ToWords(text, out string problem) is { } words)
            {
                AddChecked(_variables, new Setting(key, key.Table, words, key.Variable, 0));
            }
            else
            {
                problems.Add(new ConfigProblem(key.Variable, 0, $"The value {problem}."));
            }
        }
    }

    /// <summary>Takes the values of the file.</summary>
    /// <param name="file">The file's values.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="folder">Where relative paths in it begin.</param>
    public void AddFile(TomlFile file, string name, string folder)
    {
        foreach ((int line, string text) in file.Errors)
        {
            problems.Add(new ConfigProblem($"{name}:{line}", line, text));
        }

        foreach ((string table, int line) in file.Tables)
        {
            AddTable(table, $"{name}:{line}", line);
        }

        bool hasVersion = false;
        foreach (TomlValue value in file.Values)
        {
            string origin = $"{name}:{value.Line}";
            if (value.Path == ConfigKeys.Version)
            {
                hasVersion = true;
                CheckVersion(value, origin);
            }
            else if (ConfigKeys.StationIn(value.Table) is { } && value.Key is ConfigKeys.Source or ConfigKeys.Fallback)
            {
                AddSource(value, origin);
            }
            else if (ConfigKeys.Find(value.Table, value.Key) is { } key)
            {
                Add(key, value, origin, folder);
            }
            else if (!Access.Values.TryAdd(value, origin, folder) && IsTable(value.Table))
            {
                problems.Add(new ConfigProblem(
                    origin, value.Line,
                    $"There is no key '{value.Path}'.{Closest.Hint(value.Key, ConfigKeys.NamesIn(value.Table))}"
                        + (value.Table.Length == 0 ? " Keys are in tables, such as port in [http]." : "")));
            }
        }

        if (!hasVersion && file.Errors.Count == 0)
        {
            problems.Add(new ConfigProblem(
                $"{name}:1", 1, $"The version is missing: begin the file with {ConfigKeys.Version} = {ConfigKeys.ThisVersion}."));
        }
    }

    /// <summary>The setting in effect for a key; <see langword="null"/>: the key is not set.</summary>
    /// <param name="key">The key.</param>
    /// <param name="table">The key's own table, or the table of a station.</param>
    public Setting? Find(ConfigKey key, string table)
    {
        if (Words(key.Option) is { } words)
        {
            return new Setting(key, table, words, key.Option.Name, 0);
        }

        // With the password on the command line, the file's file with the password does not count.
        if (key.Alternative is { } other && Words(other) is not null)
        {
            return null;
        }

        return _variables.Find(setting => setting.Key == key && !_ignored.Contains(setting))
            ?? (key.Alternative is { } instead && _variables.Exists(setting => setting.Key.Option == instead) ? null
                : FindInFile(key, table) ?? FindInFile(key, key.Table));
    }

    /// <summary>The source or the fallback of a station in the file; <see langword="null"/>: it has none.</summary>
    public TomlValue? FindSource(string table, string key) => _sources.Find(value => value.Table == table && value.Key == key);

    /// <summary>Whether the file has a value there, but not a text.</summary>
    public bool IsWrong(string table, string key) => _wrongSources.Contains($"{table}.{key}");

    /// <summary>The command line with all settings of a table.</summary>
    /// <param name="table">The table of a station; <see langword="null"/>: all tables of the server.</param>
    public ParseResult Parse(string? table)
    {
        IEnumerable<string> words = ConfigKeys.All
            .Where(key => (table is not null || !key.IsOfStation) && Words(key.Option) is null && !IsSwitchedOff(key))
            .SelectMany(key => Find(key, key.IsOfStation ? table! : key.Table)?.Words ?? []);
        return CommandLine.ParseServe(flags, [.. words, .. OwnWords()]);
    }

    /// <summary>A text that is different if a setting of a station's table is.</summary>
    public string Signature(string table) =>
        string.Join(' ', ConfigKeys.All.Where(static key => key.IsOfStation).SelectMany(key => Find(key, table)?.Words ?? []));

    /// <summary>The keys of the server, not of stations, that have another value than in <paramref name="other"/>.</summary>
    /// <param name="other">Earlier settings.</param>
    /// <param name="isLive">Whether those that take effect while the server runs, or the others.</param>
    public IEnumerable<string> ServerDifferences(ServeSettings other, bool isLive) => ConfigKeys.All
        .Where(key => !key.IsOfStation && key.IsLive == isLive
            && !(Find(key, key.Table)?.Words ?? []).SequenceEqual(other.Find(key, key.Table)?.Words ?? []))
        .Select(static key => key.Path);

    /// <summary>Reads something from the settings of a table. Each mistake is reported, and then left out to find the others.</summary>
    /// <param name="table">The table of a station; <see langword="null"/>: all tables of the server.</param>
    /// <param name="read">Reads it from a command line.</param>
    /// <returns><see langword="default"/>: it cannot be read.</returns>
    public T? Read<T>(string? table, Func<ParseResult, T> read)
    {
        while (true)
        {
            try
            {
                return read(Parse(table));
            }
            catch (Exception e) when (e is UsageException or ArgumentException or InvalidOperationException)
            {
                Setting? cause = ConfigKeys.OptionsIn(e.Message)
                    .Select(option => ConfigKeys.All.FirstOrDefault(key => key.Option.Name == option))
                    .Select(key => key is null ? null : Find(key, table ?? key.Table))
                    .FirstOrDefault(static setting => setting is not null)
                    ?? FindQuoted(e.Message, table);
                Report(cause, table, e.Message);
                if (cause is null || !(_file.Contains(cause) || _variables.Contains(cause)) || !_ignored.Add(cause))
                {
                    return default;
                }
            }
        }
    }

    /// <summary>Reports a mistake in a setting.</summary>
    /// <param name="setting">The setting; <see langword="null"/>: not known.</param>
    /// <param name="table">The table of a station; <see langword="null"/>: another.</param>
    /// <param name="sentence">The mistake, in a sentence about options.</param>
    public void Report(Setting? setting, string? table, string sentence) => problems.Add(
        setting is { Line: > 0 }
            ? new ConfigProblem(setting.Origin, setting.Line, ConfigKeys.Reword(sentence, setting.Table))
        : setting is not null && setting.Origin == setting.Key.Variable
            ? new ConfigProblem(
                setting.Origin, 0, sentence.Replace(setting.Key.Option.Name, setting.Key.Variable, StringComparison.Ordinal))
        : new ConfigProblem(
            null, int.MaxValue, _file.Count > 0 ? ConfigKeys.Reword(sentence, table ?? ConfigKeys.Defaults) : sentence));

    // The setting with a value that the sentence quotes.
    private Setting? FindQuoted(string sentence, string? table) => ConfigKeys.All
        .Where(key => key.IsOfStation == table is not null)
        .Select(key => Find(key, table ?? key.Table))
        .FirstOrDefault(setting => setting?.Values.SelectMany(static text => text.Split(','))
            .Any(text => text.Length > 0 && sentence.Contains($"'{text.Trim()}'", StringComparison.Ordinal)) == true);

    // A whole table is off by a higher level than the one that sets its details, which then mean nothing.
    private bool IsSwitchedOff(ConfigKey key)
    {
        ConfigKey? master = ConfigKeys.SwitchOf(key.Table);
        return master is not null && key != master && !(key.Table == HttpTable && HasHttps())
            && Find(master, master.Table) is { } off && off.Values.All(static v => v is "off")
            && (off.Line == 0 || off.Words.Count == 0);
    }

    // The options of HTTP are also for HTTPS, which has its own port.
    private bool HasHttps() => ConfigKeys.All.First(static key => key.Option == TlsOptions.Certificate) is var certificate
        && ConfigKeys.All.First(static key => key.Option == RadioOptions.HttpsPort) is var port
        && Find(certificate, certificate.Table) is not null && Find(port, port.Table)?.Values.Contains("off") != true;

    private Setting? FindInFile(ConfigKey key, string table) =>
        _file.Find(setting => setting.Key == key && setting.Table == table && !_ignored.Contains(setting));

    // The words of the command line that give an option; null: it does not give it.
    private string[]? Words(Option option) => flags.GetResult(option) is { Implicit: false } given
        ? option.ValueType == typeof(bool) ? [option.Name] : [.. given.Tokens.Select(token => $"{option.Name}={token.Value}")]
        : null;

    // The words after the command.
    private IEnumerable<string> OwnWords() => flags.Tokens
        .Reverse().TakeWhile(static token => token.Type != TokenType.Command).Reverse().Select(static token => token.Value);

    private void Add(ConfigKey key, TomlValue value, string origin, string folder)
    {
        object? meant = value.Value;
        if (key.IsPath && meant is string { Length: > 0 } path && path != key.NoPath)
        {
            if (path.Contains('\0', StringComparison.Ordinal))
            {
                problems.Add(new ConfigProblem(origin, value.Line, $"{value.Path} must be a path."));
                return;
            }

            meant = ConfigPath.Of(path, folder);
        }

        if (key.ToWords(meant, out string problem) is { } words)
        {
            AddChecked(_file, new Setting(key, value.Table, words, origin, value.Line));
        }
        else
        {
            problems.Add(new ConfigProblem(origin, value.Line, $"{value.Path} {problem}."));
        }
    }

    private void AddSource(TomlValue value, string origin)
    {
        if (value.Value is string { Length: > 0 })
        {
            _sources.Add(value);
        }
        else
        {
            _wrongSources.Add(value.Path);
            problems.Add(new ConfigProblem(origin, value.Line, $"{value.Path} must be a text in quotes."));
        }
    }

    private void AddTable(string table, string origin, int line)
    {
        if (AccessKeys.AccountIn(table) is { } account)
        {
            Access.AddAccount(account, origin, line);
        }
        else if (ConfigKeys.StationIn(table) is not { } station)
        {
            if (!IsTable(table))
            {
                problems.Add(new ConfigProblem(
                    origin, line,
                    $"There is no table [{table}].{Closest.Hint(table, [.. ConfigKeys.Tables, ConfigKeys.Stations, AccessKeys.Accounts])} "
                        + $"The tables are {string.Join(", ", ConfigKeys.Tables)}, {AccessKeys.Accounts}.NAME and "
                        + $"{ConfigKeys.Stations}.NAME."));
            }
        }
        else if (StationName.IsValid(station))
        {
            Stations.Add((station, origin, line));
        }
        else
        {
            problems.Add(new ConfigProblem(
                origin, line,
                $"'{station}' is not a valid station name: use a to z, 0 to 9 and -, at most {StationName.MaxLength}, such as "
                    + $"[{ConfigKeys.Stations}.jazz]."));
        }
    }

    private void CheckVersion(TomlValue value, string origin)
    {
        if (value.Value is not (long)ConfigKeys.ThisVersion)
        {
            problems.Add(new ConfigProblem(origin, value.Line, value.Value is > (long)ConfigKeys.ThisVersion
                ? $"This file is of version {value.Value}, and this Linnet reads version {ConfigKeys.ThisVersion}: update Linnet."
                : $"There is only version {ConfigKeys.ThisVersion}: write {ConfigKeys.Version} = {ConfigKeys.ThisVersion}."));
        }
    }

    // What the value alone makes wrong.
    private void AddChecked(List<Setting> settings, Setting setting)
    {
        ParseResult alone = CommandLine.ParseServe(flags, [.. setting.Words, "tone"]);
        if (CommandFault.FirstError(alone) is { } fault)
        {
            Report(setting, setting.Table, fault + ".");
        }
        else
        {
            settings.Add(setting);
        }
    }

    private static bool IsTable(string table) => table.Length == 0 || table == ConfigKeys.Stations
        || ConfigKeys.StationIn(table) is not null || ConfigKeys.Tables.Contains(table) || AccessKeys.IsTable(table);
}
