using System.CommandLine;
using System.Globalization;
using Linnet.Cli.Help;
using Linnet.Receive;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet play [URL]</c>.</summary>
internal static class PlayCommand
{
    // Files that users may want to write, but that Linnet writes only as WAV.
    private static readonly string[] OtherFiles = [".mp3", ".flac", ".ogg", ".oga", ".opus", ".aac", ".m4a", ".aif", ".aiff", ".wma"];

    private static readonly Argument<string?> Url = new("URL")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = $"Station to play: {ServerAddress.Forms}. Default: the first station of this machine.",
    };

    private static readonly Option<string?> Transport = Ask.Transport();

    private static readonly Option<string?> Profile = Ask.Choice(
        "--profile",
        $"Delay of the buffer, which adapts to the network: {string.Join(", ", ReceiverProfile.All.Select(Delays))}. "
            + "low-latency also asks for Opus in 5 ms packets.",
        ReceiverProfile.Balanced.Name,
        [.. ReceiverProfile.All.Select(static profile => profile.Name)]);

    private static readonly Option<double?> Latency = Ask.Number(
        "--latency", "MS", "Use a fixed buffer of this many milliseconds. Cannot be combined with --profile.", "adapt to the network",
        Quantity.Milliseconds, 1, 10_000);

    private static readonly Option<string?> Output = Ask.Word(
        "--output", "OUT", "Device that 'linnet devices' lists, FILE.wav, - for WAV on standard output, or null.",
        "the system's default device");

    private static readonly Option<string?> Format = Ask.Format();

    private static readonly Option<bool> NoReconnect = Ask.Flag(
        "--no-reconnect", "Exit with an error if the server cannot be reached. Without it, linnet tries again.");

    private static readonly Option<double?> Seconds = Ask.Seconds("Stop after this much audio, in seconds.");

    private static readonly Option<double?> Volume =
        Ask.Number("--volume", "PERCENT", "Volume at the start, in percent.", "100", Quantity.Percent, 0, 200);

    private static readonly Option<string?> Impair = Ask.Impairment();

    private static readonly Option<string?> Stats = Ask.Stats();

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "play",
            "Play a station, reconnect when the connection is lost, and exit when the station ends.",
            ("linnet play studio.local", "the first station of a server"),
            ("linnet play 192.168.1.5/jazz", "a station by name, as Opus"),
            ("linnet play 192.168.1.5/jazz/pcm", "the same station, lossless"),
            ("linnet play studio.local --profile low-latency", "with the least delay"),
            ("linnet play studio.local --profile robust", "over a bad network"),
            ("linnet play studio.local --transport tcp", "through a firewall that blocks UDP"),
            ("linnet play studio.local --output take1.wav --seconds 60", "record one minute"),
            ("linnet play studio.local --impair loss=10%,burst=60ms", "simulate a bad network"),
            ("linnet play https://radio.example/live.mp3", "an internet radio: MP3, AAC, Ogg, FLAC, WAV"),
            ("linnet play pyaudio-tcp://192.168.1.5", "the tutorial's server (docs/from-the-tutorial.md)"))
        {
            Url,
        };
        command.Add(new OptionGroup("Delay and network", [Profile, Latency, Transport, NoReconnect], [Impair]));
        command.Add(new OptionGroup("TLS", [], TrustOptions.All));
        command.Add(new OptionGroup("Output", [Output, Volume, Seconds], [Stats]));
        command.Add(new OptionGroup("Servers that do not send their format", [], [Format]));
        command.SetAction((parsed, cancellationToken) => PlaySession.RunAsync(Read(parsed), shell, cancellationToken));
        return command;
    }

    private static string Delays(ReceiverProfile profile) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{profile.Name} {profile.Base.TotalMilliseconds}-{profile.Most.TotalMilliseconds} ms");

    private static PlayRequest Read(ParseResult parsed) => parsed.GetValue(Output) == "-" && parsed.GetValue(Stats) is not null
        ? throw new UsageException("--output - and --stats json both write to standard output: leave one of them out.")
        : parsed.GetValue(Profile) is { } profile && parsed.GetValue(Latency) is not null
        ? throw new UsageException(
            $"--profile {profile} lets the buffer follow the network, and --latency fixes it: leave one of them out.")
        : Read(parsed, ServerAddress.Parse(parsed.GetValue(Url)));

    // Without this check it would be the name of a device that does not exist.
    private static string? CheckOutput(string? output) =>
        output is not null && OtherFiles.Contains(Path.GetExtension(output), StringComparer.OrdinalIgnoreCase)
            ? throw new UsageException($"'{output}' cannot be written: only WAV files can, whose names end in .wav.")
            : output;

    private static PlayRequest Read(ParseResult parsed, Uri address) => new(address)
    {
        Format = Ask.ReadFormat(parsed.GetValue(Format), address),
        Trust = TrustOptions.Read(parsed),
        Transport = parsed.GetValue(Transport) ?? "auto",
        Profile = ReceiverProfile.TryFind(parsed.GetValue(Profile), out ReceiverProfile? profile) ? profile : ReceiverProfile.Balanced,
        Impairment = Ask.ReadImpairment(parsed.GetValue(Impair), parsed.GetValue(Transport), address),
        Latency = parsed.GetValue(Latency) is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        Output = CheckOutput(parsed.GetValue(Output)),
        Reconnects = !parsed.GetValue(NoReconnect),
        WaitsForStation = true,
        Duration = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Volume = (parsed.GetValue(Volume) ?? 100) / 100,
        WantsJson = parsed.GetValue(Stats) is not null,
        EndsWithReader = true,
    };
}
