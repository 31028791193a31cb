using System.CommandLine;
using System.Net;
using Linnet.Cli.Help;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.PyAudio;

namespace Linnet.Cli.Commands;

/// <summary>Options for serving the PyAudio tutorial's programs.</summary>
internal static class PyAudioOptions
{
    private static readonly PyAudioServerOptions Defaults = new();

    internal static Option<bool> IsOn { get; } = Ask.Flag(
        "--pyaudio", "Serve the PyAudio tutorial's clients (see docs/from-the-tutorial.md).");

    internal static Option<string?> Station { get; } = Ask.Word(
        "--pyaudio-station", "NAME", "Station for PyAudio clients.", "the first station");

    internal static Option<int?> TcpPort { get; } = Ask.Port("--pyaudio-tcp-port", "TCP port for PyAudio clients.", 9610, canBeOff: true)
        .Sets(nameof(PyAudioServerOptions), nameof(PyAudioServerOptions.TcpPort));

    internal static Option<int?> UdpPort { get; } = Ask.Port("--pyaudio-udp-port", "UDP port for PyAudio clients.", 9633, canBeOff: true)
        .Sets(nameof(PyAudioServerOptions), nameof(PyAudioServerOptions.UdpPort));

    internal static Option<string[]> Allow { get; } = Ask.Words(
        "--pyaudio-allow", "CIDR", "Also send over UDP to this network, such as 203.0.113.0/24.", "private and loopback addresses only")
        .Sets(nameof(PyAudioServerOptions), nameof(PyAudioServerOptions.AllowedNetworks));

    internal static Option<int?> DatagramLength { get; } = Ask.Whole(
        "--pyaudio-datagram", "BYTES",
        "Size of UDP datagrams in bytes, a multiple of 4. Below 10000 the tutorial's client loses audio.", "16384", Quantity.Bytes, 4,
        PyAudioServerOptions.MaxDatagramLength);

    internal static Option<double?> Lease { get; } = Ask.Number(
        "--pyaudio-lease", "SECONDS", "Stop sending over UDP this long after a client's last Hello.", "3600 s", Quantity.Seconds, 1,
        86_400);

    /// <summary>All these options, as a group of the help.</summary>
    public static OptionGroup Group => new("PyAudio", [], [IsOn, Station, TcpPort, UdpPort, Allow, DatagramLength, Lease]);

    /// <summary>Ports, station and limits; <see langword="null"/>: these programs are not served.</summary>
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
                        $"{length} is not a valid value for --pyaudio-datagram: use a multiple of 4, such as {length - (length % 4)}.")
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
