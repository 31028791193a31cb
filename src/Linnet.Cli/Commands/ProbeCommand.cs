using System.CommandLine;
using Linnet.Playback.Probing;
using Linnet.Transports.Rtsp;
using Linnet.Wire;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet probe URL</c>.</summary>
internal static class ProbeCommand
{
    private static readonly Argument<string?> Url = new("URL")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Where to listen: HOST, HOST/NAME, HOST:PORT/NAME, rtsp://HOST:PORT/NAME or http://HOST:8000/. "
            + "Without it: this machine's first station.",
    };

    private static readonly Option<double?> Seconds = Ask.Number(
        "--seconds", "N", "Listen for so many seconds. Default 15; a minute knows the clocks better.", Quantity.Seconds, 1, 2_592_000);

    private static readonly Option<string?> Transport = Ask.Choice(
        "--transport", "How packets come. auto, the default: UDP, and TCP if nothing arrives.", "auto", "udp", "tcp");

    private static readonly Option<string?> Impair = Ask.Impairment();

    private static readonly Option<bool> Json = Ask.Flag("--json", "Print the report as one JSON object.");

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "probe",
            "Listens to a station without playing it, and says what the way to here is like and which profile to take.",
            ("linnet probe studio.local", "for 15 seconds"),
            ("linnet probe studio.local/jazz/opus-5ms", "with the packets of profile low-latency"),
            ("linnet probe studio.local --seconds 60 --json", "for a program"),
            ("linnet probe studio.local --impair loss=5%,jitter=10ms", "as on a worse network"))
        {
            Url, Seconds, Transport, Impair, Json,
        };
        command.SetAction(
            (parsed, cancellationToken) => ProbeSession.RunAsync(Read(parsed), parsed.GetValue(Json), shell, cancellationToken));
        return command;
    }

    private static ProberOptions Read(ParseResult parsed)
    {
        Uri address = ServerAddress.Parse(parsed.GetValue(Url));
        if (ServerAddress.IsPyAudio(address))
        {
            throw new UsageException($"linnet probe is for rtsp addresses, which {ShownAddress.Of(address)} is not.");
        }

        return new ProberOptions
        {
            Url = address,
            Transport = parsed.GetValue(Transport) switch
            {
                "udp" => RtspTransport.Udp,
                "tcp" => RtspTransport.Tcp,
                _ => RtspTransport.Auto
            },
            Impairment = Ask.ReadImpairment(parsed.GetValue(Impair), parsed.GetValue(Transport), address),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds) ?? 15),
        };
    }
}
