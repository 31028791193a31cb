using System.CommandLine;
using System.Net;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.PyAudio;

namespace Linnet.Cli.Commands;

/// <summary>Options for serving the PyAudio tutorial's programs.</summary>
internal static class PyAudioOptions
{
    private static readonly PyAudioServerOptions Defaults = new();

    private static readonly Option<bool> IsOn = Ask.Flag(
        "--pyaudio", "Let the PyAudio tutorial's clients hear the first station: TCP port 9610, UDP port 9633 "
            + "(docs/from-the-tutorial.md).");

    private static readonly Option<string?> Station = Ask.Word("--pyaudio-station", "NAME", "They hear this station instead of the first.");

    private static readonly Option<int?> TcpPort = Ask.Port("--pyaudio-tcp-port", "TCP port for them.", 9610, canBeOff: true);

    private static readonly Option<int?> UdpPort = Ask.Port("--pyaudio-udp-port", "UDP port for them.", 9633, canBeOff: true);

    private static readonly Option<string[]> Allow = new("--pyaudio-allow")
    {
        HelpName = "CIDR",
        Description =
            "Also send by UDP to this network, as in 203.0.113.0/24; may be given more than once. Without it: private and loopback "
                + "addresses only.",
    };

    private static readonly Option<int?> DatagramLength = Ask.Whole(
        "--pyaudio-datagram", "BYTES",
        "Length of UDP datagrams, a multiple of 4. Default 16384: below 10000 the tutorial's client loses sound.", Quantity.Bytes, 4,
        PyAudioServerOptions.MaxDatagramLength);

    private static readonly Option<double?> Lease = Ask.Number(
        "--pyaudio-lease", "SECONDS", "Send by UDP for so long after a Hello. Default 3600.", Quantity.Seconds, 1, 86_400);

    public static void AddTo(Command command)
    {
        command.Options.Add(IsOn);
        command.Options.Add(Station);
        command.Options.Add(TcpPort);
        command.Options.Add(UdpPort);
        command.Options.Add(Allow);
        command.Options.Add(DatagramLength);
        command.Options.Add(Lease);
    }

    /// <summary>What is asked for; <see langword="null"/>: nothing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="rtsp">Limits that hold for these listeners, too.</param>
    public static PyAudioServerOptions? Read(ParseResult parsed, StationServerOptions rtsp)
    {
        Option[] details = [Station, TcpPort, UdpPort, Allow, DatagramLength, Lease];
        if (!parsed.GetValue(IsOn))
        {
            return details.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } detail
                ? throw new UsageException($"{detail.Name} needs --pyaudio beside it.")
                : null;
        }

        if (parsed.GetValue(TcpPort) is Ask.Off && parsed.GetValue(UdpPort) is Ask.Off)
        {
            throw new UsageException($"{TcpPort.Name} off and {UdpPort.Name} off leave nothing of --pyaudio: give one of them a port.");
        }

        return Defaults with
        {
            Station = parsed.GetValue(Station),
            TcpPort = Port(parsed.GetValue(TcpPort), Defaults.TcpPort),
            UdpPort = Port(parsed.GetValue(UdpPort), Defaults.UdpPort),
            AllowedNetworks = [.. PyAudioServerOptions.LocalNetworks,
                .. (parsed.GetValue(Allow) ?? []).Select(static text => Ask.Network(text, Allow.Name))],
            DatagramLength = parsed.GetValue(DatagramLength) is { } length
                ? length % 4 == 0
                    ? length : throw new UsageException(
                        $"{length} is no value for --pyaudio-datagram: it takes a multiple of 4, as in {length - (length % 4)}.")
                : Defaults.DatagramLength,
            LeaseTime = parsed.GetValue(Lease) is { } seconds ? TimeSpan.FromSeconds(seconds) : Defaults.LeaseTime,
            MaxTcpListeners = rtsp.Rtsp.MaxSessions,
            MaxTcpListenersPerAddress = rtsp.Rtsp.MaxSessionsPerAddress,
            MaxLeases = Math.Min(Defaults.MaxLeases, rtsp.Rtsp.MaxSessions),
            MaxLeasesPerAddress = Math.Min(Defaults.MaxLeasesPerAddress, rtsp.Rtsp.MaxSessionsPerAddress),
        };
    }

    private static int? Port(int? given, int? usual) => given switch { null => usual, Ask.Off => null, _ => given };
}
