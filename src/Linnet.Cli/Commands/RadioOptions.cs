using System.CommandLine;
using System.Net;
using Linnet.Broadcast.Streams;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Cli.Commands;

/// <summary>Options of listening over HTTP: browsers, phones, internet radios.</summary>
internal static class RadioOptions
{
    private const int Megabyte = 1 << 20;

    private static readonly Option<int?> HttpPort =
        Ask.Port("--http-port", "TCP port for browsers, internet radios and pushes.", 8000, canBeOff: true);

    private static readonly Option<string?> Streams = Ask.Word(
        "--streams", "LIST",
        "What is offered over HTTP, as in mp3,mp3-64,opus,flac,wav: /NAME.mp3, /NAME-64.mp3, … Default: mp3,mp3-64,opus,opus-64,flac,wav; "
            + "others are made on demand, a few at a time.");

    private static readonly Option<double?> Mp3BitRate =
        Ask.Number("--mp3-bitrate", "KBPS", "Bit rate of /NAME.mp3 in kb/s. Default 128.", Quantity.KilobitsPerSecond, 8, 320);

    private static readonly Option<double?> Burst = Ask.Number(
        "--burst", "SECONDS", "Sound that a listener over HTTP gets at once, to start at once; it stays so far behind. Default 2.",
        Quantity.Seconds, 0.5, 10);

    private static readonly Option<int?> MaxPerStation = Ask.Whole(
        "--max-per-station", "N", "Listeners of one station over HTTP; more are refused. Default 10000.", 1, 1_000_000);

    private static readonly Option<int?> MaxBuffer = Ask.Whole(
        "--max-buffer", "MIB", "Memory for the sound that listeners over HTTP share, in MiB. Default 256.", Quantity.Mebibytes, 1, 65_536);

    private static readonly Option<string[]> MetricsAllow = new("--metrics-allow")
    {
        HelpName = "CIDR",
        Description =
            "Also let this network read /metrics, as in 192.168.1.0/24; may be given more than once. Without it: this machine alone.",
    };

    public static void AddTo(Command command)
    {
        command.Options.Add(HttpPort);
        command.Options.Add(Streams);
        command.Options.Add(Mp3BitRate);
        command.Options.Add(Burst);
        command.Options.Add(MaxPerStation);
        command.Options.Add(MaxBuffer);
        command.Options.Add(MetricsAllow);
    }

    /// <summary>Adds the port alone: the rest is for who serves more than a demonstration.</summary>
    public static void AddPortTo(Command command) => command.Options.Add(HttpPort);

    /// <summary>Whether the port was named. Else another will do.</summary>
    public static bool HasPort(ParseResult parsed) => parsed.GetValue(HttpPort) is not null;

    /// <summary>Where HTTP is listened for; <see langword="null"/>: nowhere.</summary>
    public static RadioHostOptions? ReadHost(ParseResult parsed, StationServerOptions network)
    {
        int port = parsed.GetValue(HttpPort) ?? new RadioHostOptions().Port;
        if (port == Ask.Off)
        {
            Option[] details = [Streams, Mp3BitRate, Burst, MaxPerStation, MaxBuffer, MetricsAllow];
            return details.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } detail
                ? throw new UsageException($"{detail.Name} is about HTTP, which --http-port off switches off.")
                : null;
        }

        return new RadioHostOptions
        {
            Bind = network.Bind,
            Port = port,
            MetricsNetworks = [.. RadioHostOptions.ThisMachine,
                .. (parsed.GetValue(MetricsAllow) ?? []).Select(static text => Ask.Network(text, MetricsAllow.Name))],
        };
    }

    /// <summary>The server's side of it: limits, and how streams are sent.</summary>
    public static StationServerOptions Add(ParseResult parsed, StationServerOptions network, int? maxListeners, int? maxPerAddress)
    {
        var limits = new RadioServerOptions();
        StreamOptions streams = network.Sender.Streams;
        return network with
        {
            Radio = limits with
            {
                MaxListeners = maxListeners ?? limits.MaxListeners,
                MaxListenersPerStation = parsed.GetValue(MaxPerStation) ?? maxListeners ?? limits.MaxListenersPerStation,
                MaxListenersPerAddress = maxPerAddress ?? limits.MaxListenersPerAddress,
                MaxBufferBytes = (parsed.GetValue(MaxBuffer) * (long)Megabyte) ?? limits.MaxBufferBytes,
            },
            Sender = network.Sender with
            {
                Streams =
                parsed.GetValue(Burst) is { } burst ? streams with { Burst = TimeSpan.FromSeconds(burst) } : streams
            },
        };
    }

    /// <summary>The station's side of it: which renditions there are.</summary>
    public static StationOptions Add(ParseResult parsed, StationOptions station)
    {
        StationOptions wanted = station with
        {
            Streams = parsed.GetValue(Streams)?.Split(',', StringSplitOptions.TrimEntries) ?? station.Streams,
            StreamPreRoll = parsed.GetValue(Burst) is { } burst ? TimeSpan.FromSeconds(burst) : station.StreamPreRoll,
            Mp3BitRate = parsed.GetValue(Mp3BitRate) is { } kbps ? (int)(kbps * 1000) : station.Mp3BitRate,
        };
        return wanted.Problems().FirstOrDefault() is { } problem ? throw new UsageException(problem) : wanted;
    }
}
