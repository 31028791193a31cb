using System.Net;
using Linnet.Wire;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>Where a server hears the PyAudio tutorial's programs, and what it allows them.</summary>
public sealed record PyAudioServerOptions : IValidatable
{
    /// <summary>The most bytes that a UDP datagram can hold (IPv4).</summary>
    public const int MaxDatagramLength = 65_507;

    private const int FrameLength = PyAudioSound.BytesPerFrame;

    /// <summary>
    /// Networks that are not reachable from the Internet: loopback, private (RFC 1918, RFC 4193) and link-local (RFC 3927, RFC 4291).
    /// </summary>
    public static IReadOnlyList<IPNetwork> LocalNetworks { get; } =
    [
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    /// <summary>TCP port, 0–65535; 0: any free one; <see langword="null"/>: no TCP. Default 9610.</summary>
    public int? TcpPort { get; init; } = 9610;

    /// <summary>UDP port, 0–65535; 0: any free one; <see langword="null"/>: no UDP. Default 9633.</summary>
    public int? UdpPort { get; init; } = 9633;

    /// <summary>The station to serve; <see langword="null"/>, the default: the first one there is when a client connects.</summary>
    public string? Station { get; init; }

    /// <summary>The most listeners over TCP in all; more are closed at once. 1 – 1,000,000; default 5000.</summary>
    public int MaxTcpListeners { get; init; } = 5000;

    /// <summary>
    /// The most listeners over TCP from one address (IPv6: one /64 network); more are closed at once. 1 – 1,000,000; default 500.
    /// </summary>
    public int MaxTcpListenersPerAddress { get; init; } = 500;

    /// <summary>The most listeners over UDP in all; more are ignored. Each takes a socket and 1.4 Mb/s. 1–10,000; default 256.</summary>
    public int MaxLeases { get; init; } = 256;

    /// <summary>The most listeners over UDP from one address (IPv6: one /64 network); more are ignored. 1–10,000; default 64.</summary>
    /// <remarks>It bounds the traffic that a sender of datagrams with a forged address can direct at that address.</remarks>
    public int MaxLeasesPerAddress { get; init; } = 64;

    /// <summary>
    /// How long a listener over UDP gets audio after its last Hello. 1 s – 24 h; default 1 h: the tutorial's client sends Hello only once.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Networks whose addresses may listen over UDP. Default <see cref="LocalNetworks"/>. TCP needs none: its handshake proves addresses.
    /// </summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = LocalNetworks;

    /// <summary>
    /// Bytes of a UDP datagram: whole frames of 4 bytes, at most <see cref="MaxDatagramLength"/>; default 16,384 (93 ms).
    /// </summary>
    /// <remarks>
    /// Below some 10 kB the tutorial's client, which holds 100 datagrams and first sleeps for 5 s, loses sound. Above some 1472 bytes a
    /// datagram is sent in fragments, and is lost if one of them is.
    /// </remarks>
    public int DatagramLength { get; init; } = 16_384;

    /// <summary>How long a server that stops waits for messages that have begun to go out whole. 0–60 s; default 1 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether an address may listen over UDP.</summary>
    internal bool Allows(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = address.Unmapped();
        return AllowedNetworks.Any(network => network.Contains(plain));
    }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(TcpPort ?? 0, 0, 65_535, name: "PyAudio TCP port")
        .Between(UdpPort ?? 0, 0, 65_535, name: "PyAudio UDP port")
        .Between(MaxTcpListeners, 1, 1_000_000)
        .Between(MaxTcpListenersPerAddress, 1, 1_000_000)
        .Between(MaxLeases, 1, 10_000)
        .Between(MaxLeasesPerAddress, 1, 10_000)
        .Between(LeaseTime, "1 s", "86400 s")
        .Require(
            DatagramLength is >= FrameLength and <= MaxDatagramLength && DatagramLength % FrameLength == 0,
            $"The PyAudio datagram length is {DatagramLength}; it must be a multiple of {FrameLength} up to {MaxDatagramLength}.")
        .Between(ShutdownTimeout, "0 s", "60 s");
}
