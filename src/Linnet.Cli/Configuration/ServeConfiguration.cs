using System.CommandLine;
using Linnet.Cli.Commands;
using Linnet.Sources;

namespace Linnet.Cli.Configuration;

/// <summary>What <c>linnet serve</c> is to do by the command line, the environment and the configuration file, or all that is wrong with
/// these.</summary>
internal sealed class ServeConfiguration
{
    private readonly List<ConfigProblem> _problems = [];
    private readonly IReadOnlyDictionary<string, string> _environment;
    private IReadOnlyList<(SourceSpec Source, string Table)> _sources = [];

    private ServeConfiguration(ParseResult flags, ConfigFile? file, IReadOnlyDictionary<string, string> environment)
    {
        (File, _environment) = (file, environment);
        Settings = new ServeSettings(flags, _problems);
        Settings.AddVariables(environment);
        if (file is not null)
        {
            Settings.AddFile(TomlFile.Parse(file.Text), file.Name, file.Folder);
        }
    }

    /// <summary>All mistakes, in the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> Problems => [.. _problems.Distinct().OrderBy(static problem => problem.Line)];

    /// <summary>What is to be done; <see langword="null"/>: there are problems.</summary>
    public ServeRequest? Request { get; private set; }

    /// <summary>The settings and where each comes from.</summary>
    public ServeSettings Settings { get; }

    /// <summary>The file; <see langword="null"/>: there is none.</summary>
    public ConfigFile? File { get; }

    /// <summary>Reads everything.</summary>
    /// <param name="flags">A command line with the options of <c>serve</c>.</param>
    /// <param name="shell">Receives warnings that are no mistakes.</param>
    /// <param name="path">The configuration file; <see langword="null"/>: the one that <paramref name="flags"/> name.</param>
    /// <exception cref="UsageException">The configuration file cannot be read.</exception>
    public static ServeConfiguration Read(ParseResult flags, Shell shell, string? path = null)
    {
        IReadOnlyDictionary<string, string> environment = ConfigVariables.OfThisProcess;
        foreach (string hint in ConfigVariables.Hints(environment))
        {
            shell.Say(hint);
        }

        ConfigFile? file = path is null ? ConfigFile.Find(flags, environment) : ConfigFile.Read(path);
        return Read(flags, file, environment, shell);
    }

    /// <summary>Like the other overload, with a file and an environment that were read before.</summary>
    public static ServeConfiguration Read(
        ParseResult flags, ConfigFile? file, IReadOnlyDictionary<string, string> environment, Shell shell)
    {
        var configuration = new ServeConfiguration(flags, file, environment);
        ServeRequest? request = configuration.ReadRequest(shell);
        configuration.Request = configuration._problems.Count == 0 ? request : null;
        return configuration;
    }

    /// <summary>Reads the file again.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public ServeConfiguration ReadAgain(Shell shell) => Read(Settings.Flags, ConfigFile.Read(File!.Name), _environment, shell);

    /// <summary>For each station a text that is different if anything about it is.</summary>
    public IReadOnlyDictionary<string, string> Signatures() => _sources.ToDictionary(
        static s => s.Source.Name,
        s => $"{s.Source} {s.Source.Location} {s.Source.Format} {s.Source.Frequency} {s.Source.Fallback?.Location} "
            + $"{s.Source.Fallback?.Frequency} {Settings.Signature(s.Table)}");

    /// <summary>What is to be done.</summary>
    /// <exception cref="UsageException">There are problems; it names all of them.</exception>
    public ServeRequest Required() =>
        Request ?? throw new UsageException([.. Problems.Select(static problem => problem.ToString())]);

    private ServeRequest? ReadRequest(Shell shell)
    {
        PushOptions.WarnIfSeen(Settings.Flags, shell);

        // Warnings are given once, after the mistakes are found.
        ServeRequest? server = Settings.Read(null, parsed => ServeCommand.ReadServer(parsed, shell with { Error = TextWriter.Null }));
        List<(SourceSpec Source, string Table)> sources = [.. ReadFileSources(), .. ReadOwnSources()];
        _sources = sources;
        if (sources.Count(static s => s.Source.Kind == SourceKind.StandardInput) > 1)
        {
            Add(null, "Only one station can use standard input.");
        }

        foreach (string name in sources.CountBy(static s => s.Source.Name).Where(static n => n.Value > 1).Select(static n => n.Key))
        {
            Add(null, $"Two stations are named '{name}'; give each a different name.");
        }

        var stations = new List<ServedStation>();
        foreach ((SourceSpec source, string table) in sources)
        {
            if (Settings.Read(table, parsed => ServeCommand.ReadStation(parsed, source)) is { } station)
            {
                stations.Add(station);
            }
        }

        CheckRaw(sources);
        if (_problems.Count > 0 || server is null)
        {
            return null;
        }

        File?.Judge(Settings, shell);
        return Settings.Read(null, parsed => Checked(ServeCommand.ReadServer(parsed, shell), stations));
    }

    private ServeRequest Checked(ServeRequest server, List<ServedStation> stations)
    {
        ServeRequest request = server with
        {
            Stations = stations,

            // Sources that repeat, and stations with remote senders, never end. Without such stations the server ends with the last.
            Server = server.Server with { EndsWithStations = File is null },
        };
        if (stations.Count == 0)
        {
            throw new UsageException(File is null
                ? $"linnet {ServeCommand.Name} needs {ServeCommand.Sources.Name}, or {ServeCommand.Config.Name} FILE. See 'linnet "
                    + $"{ServeCommand.Name} --help'."
                : $"There is no station: add a table such as [{ConfigKeys.Stations}.jazz] with source = \"song.wav\".");
        }

        ServeSession.CheckPush(request);
        return request;
    }

    private IEnumerable<(SourceSpec Source, string Table)> ReadFileSources()
    {
        foreach ((string name, string origin, int line) in Settings.Stations)
        {
            string table = $"{ConfigKeys.Stations}.{name}";
            if (Settings.FindSource(table, ConfigKeys.Source) is not { } value)
            {
                Add(new ConfigProblem(
                    origin, line, $"The station {name} has no source: add {ConfigKeys.Source} = \"song.wav\", for example."));
            }
            else if (!SourceSpec.TryParse([$"{name}={value.Value}"], IsNoFile, IsNoFile, out var specs, out string problem))
            {
                Add(value, problem);
            }
            else
            {
                SourceSpec spec = InFolder(specs[0]);
                CheckIsThere(spec, value);
                if (Settings.FindSource(table, ConfigKeys.Fallback) is { } fallback)
                {
                    if (SourceSpec.TryAddFallbacks([$"{name}={fallback.Value}"], [spec], IsNoFile, IsNoFile, out specs, out problem))
                    {
                        spec = specs[0] with { Fallback = InFolder(specs[0].Fallback!) };
                        CheckIsThere(spec.Fallback, fallback);
                    }
                    else
                    {
                        Add(fallback, problem);
                    }
                }

                yield return (spec, table);
            }
        }
    }

    private IEnumerable<(SourceSpec Source, string Table)> ReadOwnSources()
    {
        string[] texts = Settings.Flags.GetResult(ServeCommand.Sources) is null ? []
            : [.. (Settings.Flags.GetValue(ServeCommand.Sources) ?? []).Select(ConfigPath.AtHome)];
        string[] fallbacks = [.. (Settings.Flags.GetValue(ServeCommand.Fallback) ?? []).Select(ConfigPath.AtHome)];
        if (SourceSpec.TryParse(texts, out IReadOnlyList<SourceSpec> specs, out string problem)
            && SourceSpec.TryAddFallbacks(fallbacks, specs, out specs, out problem))
        {
            return specs.Select(static spec => (spec, ConfigKeys.Defaults));
        }

        Add(null, problem);
        return [];
    }

    /// <summary>Rejects a format of raw PCM if no source could use it.</summary>
    private void CheckRaw(List<(SourceSpec Source, string Table)> sources)
    {
        ConfigKey raw = ConfigKeys.All.First(static key => key.Option == ServeCommand.Raw);
        foreach ((SourceSpec source, string table) in sources)
        {
            if (Settings.Find(raw, table) is { Line: > 0 } setting && setting.Table == table && !ServeCommand.MayBeRaw(source))
            {
                Settings.Report(setting, table, RawProblem("the source is not"));
            }
        }

        if (Settings.Find(raw, raw.Table) is { Line: 0 } option && sources.Count > 0
            && !sources.Exists(static s => ServeCommand.MayBeRaw(s.Source)))
        {
            Settings.Report(option, raw.Table, RawProblem("no source is"));
        }

        static string RawProblem(string what) =>
            $"{ServeCommand.Raw.Name} is for standard input ('-') and named pipes, and {what} one of these.";
    }

    private SourceSpec InFolder(SourceSpec spec) =>
        spec.Kind == SourceKind.Path ? spec with { Location = ConfigPath.Of(spec.Location, File!.Folder) } : spec;

    private void CheckIsThere(SourceSpec spec, TomlValue value)
    {
        if (spec.Kind == SourceKind.Path && !Path.Exists(spec.Location))
        {
            Add(value, $"There is no file or folder '{spec.Location}'.");
        }
    }

    private void Add(TomlValue? value, string problem) => Add(
        value is null
            ? new ConfigProblem(null, int.MaxValue, problem)
            : new ConfigProblem($"{File!.Name}:{value.Line}", value.Line, problem));

    private void Add(ConfigProblem problem) => _problems.Add(problem);

    // A text of the file always begins with the station's name.
    private static bool IsNoFile(string path) => false;
}
