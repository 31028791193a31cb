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
    private IReadOnlyCollection<string> _known = [];
    private bool _isEdge;

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

    /// <summary>
    /// What is to be done; <see langword="null"/>: there are problems. Those that may pass do not count here.
    /// </summary>
    public ServeRequest? Request { get; private set; }

    /// <summary>The sources of the file's stations, as they are opened.</summary>
    public IReadOnlyList<(SourceSpec Source, string Table)> Sources => _sources;

    /// <summary>The settings and where each comes from.</summary>
    public ServeSettings Settings { get; }

    /// <summary>The file; <see langword="null"/>: there is none.</summary>
    public ConfigFile? File { get; }

    /// <summary>Reads everything.</summary>
    /// <param name="flags">A command line with the options of <c>serve</c>.</param>
    /// <param name="shell">Receives warnings that are no mistakes.</param>
    /// <param name="path">The configuration file; <see langword="null"/>: the one that <paramref name="flags"/> name.</param>
    /// <param name="isEdge">Whether the server has no stations of its own.</param>
    /// <exception cref="UsageException">The configuration file cannot be read.</exception>
    public static ServeConfiguration Read(ParseResult flags, Shell shell, string? path = null, bool isEdge = false)
    {
        IReadOnlyDictionary<string, string> environment = ConfigVariables.OfThisProcess;
        foreach (string hint in ConfigVariables.Hints(environment))
        {
            shell.Say(hint);
        }

        ConfigFile? file = path is null ? ConfigFile.Find(flags, environment, mayBeDefault: !isEdge) : ConfigFile.Read(path);
        return Read(flags, file, environment, shell, isEdge: isEdge);
    }

    /// <summary>Like the other overload, with a file and an environment that were read before.</summary>
    public static ServeConfiguration Read(
        ParseResult flags,
        ConfigFile? file,
        IReadOnlyDictionary<string, string> environment,
        Shell shell,
        IReadOnlyCollection<string>? known = null,
        bool isEdge = false)
    {
        var configuration = new ServeConfiguration(flags, file, environment) { _known = known ?? [], _isEdge = isEdge };
        ServeRequest? request = configuration.ReadRequest(shell);
        configuration.Request = configuration._problems.TrueForAll(static problem => problem.MayPass) ? request : null;
        return configuration;
    }

    /// <summary>Reads the file again.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    /// <param name="shell">Receives warnings that are no mistakes.</param>
    /// <param name="known">Files and folders that are in use. One that is away for a while is no mistake.</param>
    public ServeConfiguration ReadAgain(Shell shell, IReadOnlyCollection<string> known) =>
        Read(Settings.Flags, ConfigFile.Read(File!.Name), _environment, shell, known, _isEdge);

    /// <summary>The files and folders of its stations.</summary>
    public IReadOnlyCollection<string> Locations =>
        [.. _sources.SelectMany(static s => new[] { s.Source, s.Source.Fallback }).OfType<SourceSpec>().Select(static s => s.Location)];

    /// <summary>For each station, in their order, a text that is different if anything about the station is.</summary>
    public OrderedDictionary<string, string> Signatures() => new(_sources.Select(s => KeyValuePair.Create(
        s.Source.Name,
        $"{s.Source} {s.Source.Location} {s.Source.Format} {s.Source.Frequency} {s.Source.Fallback?.Location} "
            + $"{s.Source.Fallback?.Frequency} {Settings.Signature(s.Table)}")));

    /// <summary>What is to be done.</summary>
    /// <exception cref="UsageException">There are problems; it names all of them.</exception>
    public ServeRequest Required() => Request is not null && _problems.Count == 0 ? Request
        : throw new UsageException([.. Problems.Select(static problem => problem.ToString())]);

    /// <summary>What a server can begin with: if only files or folders of some stations are missing, the others can play.</summary>
    /// <exception cref="UsageException">There are other problems, or no station can play; it names all problems.</exception>
    public ServeRequest RequiredToServe() =>
        Request is { } request
            && request.Stations.Any(static s => s.Source.Kind != SourceKind.Path || Path.Exists(s.Source.Location))
            ? request : Required();

    private ServeRequest? ReadRequest(Shell shell)
    {
        PushOptions.WarnIfSeen(Settings.Flags, shell);
        RelayArguments.WarnIfSeen(Settings.Flags, shell);

        // Warnings are given once, after the mistakes are found.
        ServeRequest? server = Settings.Read(null, parsed => ServeCommand.ReadServer(parsed, shell with { Error = TextWriter.Null }));
        List<(SourceSpec Source, string Table)> sources = WithOwnSources(ReadFileSources());
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
        Settings.Access.Read(
            [.. sources.Select(static s => (s.Source.Name, s.Table))], [.. Settings.Stations.Select(static s => s.Name)]);
        if (_problems.Exists(static problem => !problem.MayPass) || server is null)
        {
            return null;
        }

        File?.Judge(Settings, shell);
        return Settings.Read(null, parsed => Checked(ServeCommand.ReadServer(parsed, shell), stations));
    }

    private ServeRequest Checked(ServeRequest server, List<ServedStation> stations)
    {
        bool isJoined = server.Server.Protocols.Count > 0;
        ServeRequest request = server with
        {
            Stations = stations,

            // Sources that repeat, and stations with remote senders, never end. Without such stations the server ends with the last. Those
            // of a file may be followed by others.
            Server = server.Server with
            {
                EndsWithStations = stations.Count > 0
                    && ((File is null && !isJoined) || stations.TrueForAll(static s => s.PlaysOnce)),
                Access = Settings.Access.Options,
            },
        };
        if (stations.Count > 0 && _isEdge)
        {
            throw new UsageException(
                $"{File!.Name} has stations, and 'linnet {EdgeCommand.Name}' has none of its own: use 'linnet {ServeCommand.Name}'.");
        }

        if (stations.Count == 0 && !_isEdge)
        {
            throw new UsageException(isJoined
                ? $"There is no station of this server to offer. To serve only those of other servers, use 'linnet {EdgeCommand.Name} URL'."
                : File is null
                ? $"linnet {ServeCommand.Name} needs {ServeCommand.Sources.Name}, or {ServeCommand.Config.Name} FILE. See 'linnet "
                    + $"{ServeCommand.Name} --help'."
                : $"There is no station: add a table such as [{ConfigKeys.Stations}.jazz] with source = \"song.wav\".");
        }

        ServeSession.CheckPush(request);
        return request;
    }

    private List<(SourceSpec Source, string Table)> ReadFileSources()
    {
        var sources = new List<(SourceSpec, string)>();
        foreach ((string name, string origin, int line) in Settings.Stations)
        {
            string table = $"{ConfigKeys.Stations}.{name}";
            if (Settings.FindSource(table, ConfigKeys.Source) is not { } value)
            {
                if (!Settings.IsWrong(table, ConfigKeys.Source))
                {
                    Add(new ConfigProblem(
                        origin, line, $"The station {name} has no source: add {ConfigKeys.Source} = \"song.wav\", for example."));
                }
            }
            else if (!SourceSpec.TryParse(
                [$"{name}={value.Value}"], IsNoFile, IsNoFile, out IReadOnlyList<SourceSpec> specs, out string problem))
            {
                Add(value, problem);
            }
            else if (InFolder(specs[0], value) is { } spec)
            {
                sources.Add((WithFallback(spec, table), table));
            }
        }

        return sources;
    }

    private SourceSpec WithFallback(SourceSpec spec, string table)
    {
        if (Settings.FindSource(table, ConfigKeys.Fallback) is not { } value)
        {
            return spec;
        }

        if (!SourceSpec.TryAddFallbacks(
            [$"{spec.Name}={value.Value}"], [spec], IsNoFile, IsNoFile, out IReadOnlyList<SourceSpec> specs, out string problem))
        {
            Add(value, problem);
            return spec;
        }

        return spec with { Fallback = InFolder(specs[0].Fallback!, value) };
    }

    /// <summary>The stations of the command line after those of the file, and its fallbacks for all of them.</summary>
    private List<(SourceSpec Source, string Table)> WithOwnSources(List<(SourceSpec Source, string Table)> sources)
    {
        string[] texts = Settings.Flags.GetResult(ServeCommand.Sources) is null ? []
            : [.. (Settings.Flags.GetValue(ServeCommand.Sources) ?? []).Select(ConfigPath.AtHome)];
        string[] fallbacks = [.. (Settings.Flags.GetValue(ServeCommand.Fallback) ?? []).Select(ConfigPath.AtHome)];
        if (!SourceSpec.TryParse(texts, out IReadOnlyList<SourceSpec> own, out string problem))
        {
            Add(null, problem);
            return sources;
        }

        // A fallback of the command line replaces that of the file.
        SourceSpec[] all =
        [
            .. sources.Select(s => fallbacks.Any(f => f.StartsWith(s.Source.Name + "=", StringComparison.Ordinal))
                ? s.Source with { Fallback = null } : s.Source),
            .. own,
        ];
        if (!SourceSpec.TryAddFallbacks(fallbacks, all, out IReadOnlyList<SourceSpec> specs, out problem))
        {
            Add(null, problem);
            return sources;
        }

        return [.. specs.Select((spec, i) => (spec, i < sources.Count ? sources[i].Table : ConfigKeys.Defaults))];
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

    // Null: it can be no source.
    private SourceSpec? InFolder(SourceSpec spec, TomlValue value)
    {
        if (spec.Kind != SourceKind.Path)
        {
            return spec;
        }

        // Before it becomes a path, in which a password would no longer be recognised.
        if (spec.Location.Contains("://", StringComparison.Ordinal))
        {
            Add(
                value,
                $"'{Wire.ShownAddress.Of(spec.Location)}' is no address that Linnet plays: write it as rtsp://… or http://… alone.");
            return null;
        }

        SourceSpec found = spec with { Location = ConfigPath.Of(spec.Location, File!.Folder) };
        if (!Path.Exists(found.Location) && !_known.Contains(found.Location))
        {
            Add(new ConfigProblem($"{File.Name}:{value.Line}", value.Line, $"There is no file or folder '{found.Location}'.")
            {
                MayPass = true,
            });
        }

        return found;
    }

    private void Add(TomlValue? value, string problem) => Add(
        value is null
            ? new ConfigProblem(null, int.MaxValue, problem)
            : new ConfigProblem($"{File!.Name}:{value.Line}", value.Line, problem));

    private void Add(ConfigProblem problem) => _problems.Add(problem);

    // A text of the file always begins with the station's name.
    private static bool IsNoFile(string path) => false;
}
