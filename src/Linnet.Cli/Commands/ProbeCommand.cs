using System.CommandLine;
using Linnet.Cli.Help;
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
        Description = "Station to measure: HOST, HOST/NAME, HOST:PORT/NAME, rtsp://HOST:PORT/NAME, or http://HOST:8000/ of a Linnet "
            + "server. An internet radio's stream has no packets to measure. Default: the first station of this machine.",
    };

    private static readonly Option<double?> Seconds = Ask.Number(
        "--seconds", "SECONDS", "Measure for this long. A minute measures the clocks more exactly.", "15 s", Quantity.Seconds, 1,
        2_592_000);

    private static readonly Option<string?> Transport = Ask.Transport();

    private static readonly Option<string?> Impair = Ask.Impairment();

    private static readonly Option<bool> Json = Ask.Flag("--json", "Print the report as a JSON object.");

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "probe",
            "Measure the network path to a station without playing it, and recommend a profile.",
            ("linnet probe studio.local", "measure for 15 seconds"),
            ("linnet probe studio.local/jazz/opus-5ms", "with the packets of profile low-latency"),
            ("linnet probe studio.local --seconds 60 --json", "print JSON for a program"),
            ("linnet probe studio.local --impair loss=5%,jitter=10ms", "simulate a worse network"))
        {
            Url,
        };
        command.Add(new OptionGroup("Options", [Seconds, Transport, Impair, Json], []));
        command.Add(new OptionGroup("TLS", [], TrustOptions.All));
        command.SetAction(
            (parsed, cancellationToken) => ProbeSession.RunAsync(Read(parsed), parsed.GetValue(Json), shell, cancellationToken));
        return command;
    }

    private static ProberOptions Read(ParseResult parsed)
    {
        Uri address = ServerAddress.Parse(parsed.GetValue(Url));
        if (!ServerAddress.SchemeOf(address).MayBeRtp)
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
            Trust = TrustOptions.Read(parsed),
            Impairment = Ask.ReadImpairment(parsed.GetValue(Impair), parsed.GetValue(Transport), address),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds) ?? 15),
        };
    }
}
