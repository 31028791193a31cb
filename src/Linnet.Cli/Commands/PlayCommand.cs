using System.CommandLine;
using Linnet.Receive;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet play [URL]</c>.</summary>
internal static class PlayCommand
{
    private static readonly Argument<string?> Url = new("URL")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description =
            "Where to listen: HOST, HOST/NAME, HOST:PORT/NAME, rtsp://HOST:PORT/NAME, http://HOST:8000/, pyaudio-tcp://HOST or "
                + "pyaudio-udp://HOST. Without it: this machine's first station.",
    };

    private static readonly Option<string?> Transport = Ask.Choice(
        "--transport", "How packets come. auto, the default: UDP, and TCP if nothing arrives.", "auto", "udp", "tcp");

    private static readonly Option<string?> Profile = Ask.Choice(
        "--profile",
        "How far behind live to play; the buffer follows the network within 5-60, 60-300 (balanced, the default) or 400-2000 ms. "
            + "low-latency also takes Opus in 5 ms packets.",
        [.. ReceiverProfile.All.Select(static profile => profile.Name)]);

    private static readonly Option<double?> Latency = Ask.Number(
        "--latency", "MS",
        "Buffer so many milliseconds, whatever the network does: less is quicker, more survives a worse network. Not beside --profile.",
        Quantity.Milliseconds, 1, 10_000);

    private static readonly Option<string?> Output = Ask.Word(
        "--output", "OUT",
        "A device's name as 'linnet devices' shows it, FILE.wav, - for WAV on standard output, or null. Default: the default device.");

    private static readonly Option<string?> Format = Ask.Format();

    private static readonly Option<bool> NoReconnect =
        Ask.Flag("--no-reconnect", "End with an error when the server is gone, or not there yet, instead of trying again.");

    private static readonly Option<double?> Seconds = Ask.Seconds("End after so many seconds of sound.");

    private static readonly Option<double?> Volume =
        Ask.Number("--volume", "PERCENT", "How loud to begin with. Default 100.", Quantity.Percent, 0, 200);

    private static readonly Option<string?> Impair = Ask.Impairment();

    private static readonly Option<string?> Stats = Ask.Stats();

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "play",
            "Plays a station here: finds the server, keeps up with it, and ends when it ends.",
            ("linnet play studio.local", "the first station of a machine"),
            ("linnet play 192.168.1.5/jazz", "a station by name, as Opus"),
            ("linnet play 192.168.1.5/jazz/pcm", "the same without any loss"),
            ("linnet play studio.local --profile low-latency", "as close to live as the network allows"),
            ("linnet play studio.local --profile robust", "rather later than with a gap, on a bad network"),
            ("linnet play studio.local --latency 20", "a buffer that stays as it is"),
            ("linnet play studio.local --transport tcp", "through a firewall that lets no UDP in"),
            ("linnet play studio.local --impair loss=10%,burst=60ms", "as a bad network would let it through"),
            ("linnet play studio.local --output take1.wav --seconds 60", "a minute of it, into a file"),
            ("linnet play pyaudio-tcp://192.168.1.5", "the PyAudio tutorial's server"))
        {
            Url, Profile, Latency, Transport, Format, Output, NoReconnect, Seconds, Volume, Impair, Stats,
        };
        command.SetAction((parsed, cancellationToken) => PlaySession.RunAsync(Read(parsed), shell, cancellationToken));
        return command;
    }

    private static PlayRequest Read(ParseResult parsed) => parsed.GetValue(Profile) is { } profile && parsed.GetValue(Latency) is not null
        ? throw new UsageException(
            $"--profile {profile} lets the buffer follow the network, and --latency fixes it: leave one of them out.")
        : Read(parsed, ServerAddress.Parse(parsed.GetValue(Url)));

    private static PlayRequest Read(ParseResult parsed, Uri address) => new(address)
    {
        Format = Ask.ReadFormat(parsed.GetValue(Format), address),
        Transport = parsed.GetValue(Transport) ?? "auto",
        Profile = ReceiverProfile.TryFind(parsed.GetValue(Profile), out ReceiverProfile? profile) ? profile : ReceiverProfile.Balanced,
        Impairment = Ask.ReadImpairment(parsed.GetValue(Impair), parsed.GetValue(Transport), address),
        Latency = parsed.GetValue(Latency) is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        Output = parsed.GetValue(Output),
        Reconnects = !parsed.GetValue(NoReconnect),
        WaitsForStation = true,
        Duration = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Volume = (parsed.GetValue(Volume) ?? 100) / 100,
        WantsJson = parsed.GetValue(Stats) is not null,
        EndsWithReader = true,
    };
}
