using System.CommandLine;
using Linnet.Audio;
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
            "A sound file, a folder, a playlist (M3U, PLS, XSPF, cue), - for standard input, tone[:HZ], mic[:DEVICE] (also what this "
                + "computer plays; "
            + "'linnet devices' shows the names), push[:RATE:CHANNELS] for what others push, or an address of rtsp, http or https. Each "
            + "becomes a station, called NAME or after its source.",
    };

    private static readonly Option<string[]> Fallback = new("--fallback")
    {
        HelpName = "[NAME=]SOURCE",
        Description =
            "What is heard when nobody sends to the station NAME: a file, a folder, a playlist or a tone. Without it: silence. May be "
                + "given more than once.",
    };

    private static readonly Option<bool> Live = Ask.Flag("--live", "Start every station at once, not with its first listener.");

    private static readonly Option<bool> Once = Ask.Flag("--once", "Play each source to its end instead of repeating it, and then end.");

    private static readonly Option<bool> Shuffle = Ask.Flag("--shuffle", "Play folders and playlists in random order.");

    private static readonly Option<string?> Raw = Ask.Word(
        "--raw", "ENCODING:RATE:CHANNELS",
        "Standard input is bare PCM, as in s16le:48000:2. Without this its first bytes say what it is: WAV, FLAC, MP3, Ogg.");

    private static readonly Option<double?> BitRate =
        Ask.Number("--bitrate", "KBPS", "Opus bit rate in kb/s. Default 128 for stereo.", Quantity.KilobitsPerSecond, 6, 510);

    private static readonly Option<int?> Complexity =
        Ask.Whole("--complexity", "N", "Opus effort: 0 spares the processor, 10 is best. Default 10.", 0, 10);

    private static readonly Option<bool> Loudness = Ask.Flag(
        "--loudness", "Make all tracks as loud as their ReplayGain tags say, in MP3 and Opus; PCM, FLAC and WAV stay exact.");

    private static readonly Option<bool> LoudnessAll = Ask.Flag("--loudness-all", "The same, in PCM, FLAC and WAV too.");

    private static readonly Option<string?> Stats = Ask.Stats();

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "serve",
            "Sends sounds as live stations that players, browsers and internet radios anywhere in the network can hear.",
            ("linnet serve song.wav", "one station, heard with: linnet play HOST, or in a browser at http://HOST:8000/"),
            ("linnet serve jazz=~/Music/Jazz news=news.flac", "two stations: HOST/jazz and HOST/news"),
            ("linnet serve ~/Music --shuffle", "a folder, with everything in it"),
            ("linnet serve live=push --fallback live=~/Music --push-password-file FILE",
                "what others push, and a folder while nobody does"),
            ("linnet serve jazz=http://radio.example/jazz.mp3", "another server's station, carried on"),
            ("linnet serve mic", "what the default microphone hears"),
            ("ffmpeg -i film.mkv -f wav - | linnet serve -", "whatever another program writes"),
            ("linnet serve song.wav --rtsp-port 9000", "elsewhere than on port 8554"),
            ("linnet serve song.wav --pyaudio", "for the PyAudio tutorial's clients, too"))
        {
            Sources, Fallback, Live, Once, Shuffle, Raw, BitRate, Complexity, Loudness, LoudnessAll,
        };
        NetworkOptions.AddTo(command);
        RadioOptions.AddTo(command);
        PushOptions.AddTo(command);
        PyAudioOptions.AddTo(command);
        command.Options.Add(Stats);
        command.SetAction(
            (parsed, cancellationToken) =>
                ServeSession.RunAsync(Read(parsed, NetworkOptions.Read(parsed), shell), shell, cancellationToken));
        return command;
    }

    private static ServeRequest Read(ParseResult parsed, StationServerOptions network, Shell shell) =>
        new(ReadSources(parsed.GetRequiredValue(Sources), parsed.GetValue(Fallback) ?? []))
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
                PyAudio = PyAudioOptions.Read(parsed, network),
                Push = PushOptions.Read(parsed, shell),
            },
        };

    private static IReadOnlyList<SourceSpec> ReadSources(string[] texts, string[] fallbacks) =>
        SourceSpec.TryParse([.. texts.Select(AtHome)], out IReadOnlyList<SourceSpec> stations, out string problem)
        && SourceSpec.TryAddFallbacks([.. fallbacks.Select(AtHome)], stations, out IReadOnlyList<SourceSpec> specs, out problem)
            ? specs
            : throw new UsageException(problem);

    /// <summary>Behind <c>NAME=</c> not every shell says where home is.</summary>
    private static string AtHome(string text) =>
        text.IndexOf("=~/", StringComparison.Ordinal) is > 0 and var at && SourceSpec.IsStationName(text.AsSpan(0, at))
        ? text[..(at + 1)] + Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[(at + 3)..])
        : text;

    private static RawPcmFormat? ReadRaw(string? text) => text is null ? null
        : RawPcmFormat.TryParse(text, out RawPcmFormat? raw, out string? problem) ? raw
        : throw new UsageException(problem);
}
