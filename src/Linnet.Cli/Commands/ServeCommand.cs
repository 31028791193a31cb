using System.CommandLine;
using Linnet.Audio;
using Linnet.Cli.Help;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet serve [NAME=]SOURCE…</c>.</summary>
internal static class ServeCommand
{
    private static readonly Argument<string[]> Sources = new("[NAME=]SOURCE")
    {
        Arity = ArgumentArity.OneOrMore,
        Description =
            "Audio of a station: a file, a folder, a playlist (M3U, PLS, XSPF, cue), '-' for standard input, tone[:HZ], mic[:DEVICE] "
                + "(see 'linnet devices'), push[:RATE:CHANNELS] for a source client, or an rtsp, "
                + "http or https URL. Default NAME: the file's or folder's name in lower case, such as my-song for 'My Song.wav'.",
    };

    private static readonly Option<string[]> Fallback = Ask.Words(
        "--fallback", "[NAME=]SOURCE", "Play this file, folder, playlist or tone while station NAME gets no audio.", "silence");

    private static readonly Option<bool> Live = Ask.Flag("--live", "Start every station at once instead of with its first listener.");

    private static readonly Option<bool> Once = Ask.Flag("--once", "Play each source once, then exit. Without it, sources repeat.");

    private static readonly Option<bool> Shuffle = Ask.Flag("--shuffle", "Play folders and playlists in random order.");

    private static readonly Option<string?> Raw = Ask.Word(
        "--raw", "ENCODING:RATE:CHANNELS", "Read standard input and named pipes as raw PCM, such as s16le:48000:2.",
        "detect WAV, FLAC, MP3 or Ogg");

    private static readonly Option<double?> BitRate = Ask.Number(
        "--bitrate", "KBPS", "Opus bit rate, in kb/s.", "64 per channel", Quantity.KilobitsPerSecond, 6, 510);

    private static readonly Option<int?> Complexity =
        Ask.Whole("--complexity", "N", "Opus complexity, from 0 (least CPU) to 10 (best quality).", "10", 0, 10);

    private static readonly Option<bool> Loudness = Ask.Flag(
        "--loudness", "Even out the loudness of MP3 and Opus by ReplayGain tags.");

    private static readonly Option<bool> LoudnessAll = Ask.Flag(
        "--loudness-all", "Like --loudness, for all streams. PCM, FLAC and WAV are then not bit-exact.");

    private static readonly Option<string?> Stats = Ask.Stats();

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "serve",
            "Serve audio as live stations for players, browsers and internet radios.",
            ("linnet serve song.wav", "to play: linnet play HOST, or http://HOST:8000/"),
            ("linnet serve jazz=~/Music/Jazz news=news.flac", "two stations: HOST/jazz and HOST/news"),
            ("linnet serve ~/Music --shuffle", "a folder and its subfolders"),
            ("linnet serve mic", "the default microphone"),
            ("linnet serve jazz=http://radio.example/jazz.mp3", "relay a station of another server"),
            ("ffmpeg -i film.mkv -f wav - | linnet serve -", "audio from another program"),
            ("linnet serve live=push --fallback live=~/Music --push-password-file FILE",
                "audio that a source client pushes, or the folder while none is connected"),
            ("linnet serve song.wav --pyaudio", "also serve the PyAudio tutorial's clients"))
        {
            Sources,
        };
        command.Add(new OptionGroup("Sources", [Once, Shuffle, Live, Fallback], [Raw]));
        command.Add(new OptionGroup("Encoding", [BitRate, Loudness], [LoudnessAll, Complexity, .. RadioOptions.Encoding]));
        command.Add(NetworkOptions.Ports(RadioOptions.HttpPort));
        command.Add(NetworkOptions.Limits(RadioOptions.Limits));
        command.Add(PushOptions.Group);
        command.Add(PyAudioOptions.Group);
        command.Add(new OptionGroup("Process and monitoring", [Stats], [NetworkOptions.User, RadioOptions.MetricsAllow]));
        command.SetAction(
            (parsed, cancellationToken) =>
                ServeSession.RunAsync(Read(parsed, NetworkOptions.Read(parsed), shell), shell, cancellationToken));
        return command;
    }

    private static ServeRequest Read(ParseResult parsed, StationServerOptions network, Shell shell) =>
        new(CheckRaw(parsed, ReadSources(parsed.GetRequiredValue(Sources), parsed.GetValue(Fallback) ?? [])))
        {
            PlaysOnce = parsed.GetValue(Once),
            Shuffles = parsed.GetValue(Shuffle),
            Raw = ReadRaw(parsed.GetValue(Raw)),
            Station = RadioOptions.Add(parsed, new StationOptions
            {
                Name = "station",
                StartAtOnce = parsed.GetValue(Live),
                OpusBitRate = parsed.GetValue(BitRate) is { } kbps ? (int)(kbps * 1000) : 0,
                OpusComplexity = parsed.GetValue(Complexity) ?? 10,
                Loudness = parsed.GetValue(LoudnessAll) ? LoudnessMode.All
                    : parsed.GetValue(Loudness) ? LoudnessMode.Lossy
                    : LoudnessMode.Off,
            }),
            WantsJson = parsed.GetValue(Stats) is not null,
            User = NetworkOptions.ReadUser(parsed),
            Http = RadioOptions.ReadHost(parsed, network),
            Server = RadioOptions.Add(
                parsed, network, NetworkOptions.ReadMaxListeners(parsed), NetworkOptions.ReadMaxPerAddress(parsed)) with
            {
                Push = PushOptions.Read(parsed, shell),
                PyAudio = PyAudioOptions.Read(parsed, network),

                // Sources that repeat, and stations with remote senders, never end. Without such stations the server ends with the last.
                EndsWithStations = true,
            },
        };

    private static IReadOnlyList<SourceSpec> ReadSources(string[] texts, string[] fallbacks) =>
        SourceSpec.TryParse([.. texts.Select(AtHome)], out IReadOnlyList<SourceSpec> stations, out string problem)
        && SourceSpec.TryAddFallbacks([.. fallbacks.Select(AtHome)], stations, out IReadOnlyList<SourceSpec> specs, out problem)
            ? specs
            : throw new UsageException(problem);

    /// <summary>Rejects <c>--raw</c> if no source could use it: files say their format themselves.</summary>
    private static IReadOnlyList<SourceSpec> CheckRaw(ParseResult parsed, IReadOnlyList<SourceSpec> sources) =>
        parsed.GetValue(Raw) is null || sources.Concat(sources.Select(static s => s.Fallback).OfType<SourceSpec>()).Any(IsPipe)
            ? sources
            : throw new UsageException("--raw is for standard input ('-') and named pipes, and no source is one of these.");

    private static bool IsPipe(SourceSpec source) => source.Kind == SourceKind.StandardInput
        || (source.Kind == SourceKind.Path && NamedPipe.IsOne(source.Location));

    /// <summary>Expands <c>~</c>: not every shell does so after <c>NAME=</c>.</summary>
    private static string AtHome(string text) =>
        text.IndexOf("=~/", StringComparison.Ordinal) is > 0 and var at && StationName.IsValid(text.AsSpan(0, at))
        ? text[..(at + 1)] + Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[(at + 3)..])
        : text;

    private static RawPcmFormat? ReadRaw(string? text) => text is null ? null
        : RawPcmFormat.TryParse(text, out RawPcmFormat? raw, out string? problem) ? raw
        : throw new UsageException(problem);
}
