using System.CommandLine;
using Linnet.Audio;
using Linnet.Cli.Configuration;
using Linnet.Cli.Help;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.PyAudio;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet serve [NAME=]SOURCE…</c>.</summary>
internal static class ServeCommand
{
    /// <summary>The name of the command.</summary>
    internal const string Name = "serve";

    internal static Argument<string[]> Sources { get; } = new("[NAME=]SOURCE")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description =
            "Audio of a station: a file, a folder, a playlist (M3U, PLS, XSPF, cue), '-' for standard input, tone[:HZ], mic[:DEVICE] "
                + "(see 'linnet devices'), push[:RATE:CHANNELS] for a source client, or an rtsp, "
                + "http or https URL. Default NAME: the file's or folder's name in lower case, such as my-song for 'My Song.wav'.",
    };

    internal static Option<string?> Config { get; } = Ask.Word(
        "--config", "FILE", "TOML file with settings and stations ('linnet config').",
        "/etc/linnet/linnet.toml if there is no source");

    internal static Option<string[]> Fallback { get; } = Ask.Words(
        "--fallback", "[NAME=]SOURCE", "Play this file, folder, playlist or tone while station NAME gets no audio.", "silence");

    internal static Option<bool> Live { get; } = Ask.Flag("--live", "Start every station at once instead of with its first listener.");

    internal static Option<bool> Once { get; } = Ask.Flag("--once", "Play each source once, then exit. Without it, sources repeat.");

    internal static Option<bool> Shuffle { get; } = Ask.Flag("--shuffle", "Play folders and playlists in random order.");

    internal static Option<string?> Raw { get; } = Ask.Word(
        "--raw", "ENCODING:RATE:CHANNELS", "Read standard input and named pipes as raw PCM, such as s16le:48000:2.",
        "detect WAV, FLAC, MP3 or Ogg");

    internal static Option<string?> ArtUrl { get; } = Ask.Picture(
        "--art-url", "Picture of the stations for web pages, shown while a track has no cover art. An http or https URL.", "none");

    internal static Option<bool> NoArt { get; } = Ask.Flag("--no-art", "Do not show the cover art in the tags of files.");

    internal static Option<double?> BitRate { get; } = Ask.Number(
        "--bitrate", "KBPS", "Opus bit rate, in kb/s.", "64 per channel", Quantity.KilobitsPerSecond, 6, 510);

    internal static Option<int?> Complexity { get; } =
        Ask.Whole("--complexity", "N", "Opus complexity, from 0 (least CPU) to 10 (best quality).", "10", 0, 10);

    internal static Option<bool> Loudness { get; } = Ask.Flag(
        "--loudness", "Even out the loudness of MP3 and Opus by ReplayGain tags.");

    internal static Option<bool> LoudnessAll { get; } = Ask.Flag(
        "--loudness-all", "Like --loudness, for all streams. PCM, FLAC and WAV are then not bit-exact.");

    internal static Option<string?> Stats { get; } = Ask.Stats();

    /// <summary>The options by subject. <c>linnet config show</c> has them, too.</summary>
    internal static OptionGroup[] Groups =>
    [
        new OptionGroup("Sources", [Config, Once, Shuffle, Live, Fallback], [Raw, ArtUrl, NoArt, .. TrustOptions.All]),
        new OptionGroup("Encoding", [], [BitRate, Loudness, LoudnessAll, Complexity, .. RadioOptions.Encoding]),
        NetworkOptions.Ports(RadioOptions.HttpPort, TlsOptions.Certificate),
        TlsOptions.Group,
        NetworkOptions.Limits(RadioOptions.Limits),
        RadioOptions.Hls,
        PushOptions.Group,
        PyAudioOptions.Group,
        RelayArguments.Group,
        new OptionGroup("Process and monitoring", [Stats], [NetworkOptions.User, RadioOptions.MetricsAllow]),
    ];

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            Name,
            "Serve audio as live stations for players, browsers and internet radios.",
            ("linnet serve song.wav", "to play: linnet play HOST, or http://HOST:8000/"),
            ("linnet serve jazz=~/Music/Jazz news=news.flac", "two stations: HOST/jazz and HOST/news"),
            ("linnet serve ~/Music --shuffle", "a folder and its subfolders"),
            ("linnet serve mic", "the default microphone"),
            ("linnet serve jazz=http://radio.example/jazz.mp3", "relay a station of another server"),
            ("ffmpeg -i film.mkv -f wav - | linnet serve -", "audio from another program"),
            ("linnet serve live=push --push-password-file FILE", "audio that a source client pushes"),
            ("linnet serve song.wav --pyaudio", "also serve the PyAudio tutorial's clients"))
        {
            Sources,
        };
        foreach (OptionGroup group in Groups)
        {
            command.Add(group);
        }

        command.SetAction(
            (parsed, cancellationToken) => ServeSession.RunAsync(ServeConfiguration.Read(parsed, shell), shell, cancellationToken));
        return command;
    }

    /// <summary>Reads what concerns the server as a whole.</summary>
    /// <param name="parsed">The command line, with what the environment and the configuration file add to it.</param>
    /// <param name="shell">Receives a warning if the password is easily seen.</param>
    /// <exception cref="UsageException">A value does not fit.</exception>
    internal static ServeRequest ReadServer(ParseResult parsed, Shell shell)
    {
        StationServerOptions network = NetworkOptions.Read(parsed);
        RadioHostOptions? host = RadioOptions.ReadHost(parsed, network, TlsOptions.Read(parsed, shell));
        if (network.RtspPort is null && host?.RtspsPort is null)
        {
            // Every session needs its connection, over UDP too.
            network = network with { RtpPort = null };
        }

        PyAudioServerOptions? pyAudio = PyAudioOptions.Read(parsed, network);
        CheckPorts(
            (RadioOptions.HttpPort, host?.Port), (RadioOptions.HttpsPort, host?.HttpsPort), (TlsOptions.RtspsPort, host?.RtspsPort),
            (NetworkOptions.RtspPort, network.RtspPort), (PyAudioOptions.TcpPort, pyAudio?.TcpPort));
        if (network.RtspPort is null && host is null && pyAudio is null)
        {
            throw new UsageException("Every port is off: leave one of them on.");
        }

        return new ServeRequest([])
        {
            WantsJson = parsed.GetValue(Stats) is not null,
            User = NetworkOptions.ReadUser(parsed),
            Http = host,
            Server = RadioOptions.Add(
                parsed, network, NetworkOptions.ReadMaxListeners(parsed), NetworkOptions.ReadMaxPerAddress(parsed)) with
            {
                Push = PushOptions.Read(parsed, shell),
                PyAudio = pyAudio,
                Protocols = RelayArguments.Read(parsed) is { } relay ? [relay] : [],
            },
        };
    }

    /// <summary>Two protocols cannot listen at one port.</summary>
    private static void CheckPorts(params (Option Option, int? Port)[] ports)
    {
        (Option Option, int? Port)[] named = [.. ports.Where(static p => p.Port > 0)];
        foreach (IGrouping<int?, (Option Option, int? Port)> same in named.GroupBy(static p => p.Port).Where(static g => g.Count() > 1))
        {
            throw new UsageException(
                $"{string.Join(" and ", same.Select(static p => p.Option.Name))} are both {same.Key}: give each its own port.");
        }
    }

    /// <summary>Reads what concerns one station.</summary>
    /// <param name="parsed">The command line, with what the environment and the configuration file add to it for this station.</param>
    /// <param name="source">The station's source.</param>
    /// <exception cref="UsageException">A value does not fit.</exception>
    internal static ServedStation ReadStation(ParseResult parsed, SourceSpec source) =>
        new(source, RadioOptions.Add(parsed, new StationOptions
        {
            Name = source.Name,
            StartAtOnce = parsed.GetValue(Live),
            ArtUrl = parsed.GetValue(ArtUrl),
            ShowsTrackArt = !parsed.GetValue(NoArt),
            OpusBitRate = parsed.GetValue(BitRate) is { } kbps ? (int)(kbps * 1000) : 0,
            OpusComplexity = parsed.GetValue(Complexity) ?? 10,
            Loudness = parsed.GetValue(LoudnessAll) ? LoudnessMode.All
                : parsed.GetValue(Loudness) ? LoudnessMode.Lossy
                : LoudnessMode.Off,
        }))
        {
            PlaysOnce = parsed.GetValue(Once),
            Trust = TrustOptions.Read(parsed),
            Shuffles = parsed.GetValue(Shuffle),
            Raw = ReadRaw(parsed.GetValue(Raw)),
        };

    /// <summary>Whether a source may be raw PCM: files say their format themselves.</summary>
    internal static bool MayBeRaw(SourceSpec source) => IsPipe(source) || (source.Fallback is { } fallback && IsPipe(fallback));

    private static bool IsPipe(SourceSpec source) => source.Kind == SourceKind.StandardInput
        || (source.Kind == SourceKind.Path && NamedPipe.IsOne(source.Location));

    private static RawPcmFormat? ReadRaw(string? text) => text is null ? null
        : RawPcmFormat.TryParse(text, out RawPcmFormat? raw, out string? problem) ? raw
        : throw new UsageException(problem);
}
