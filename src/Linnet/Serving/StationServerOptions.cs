using System.Net;
using Linnet.Access;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtsp;

namespace Linnet.Serving;

/// <summary>Where a server listens, and its limits.</summary>
public sealed record StationServerOptions : IValidatable
{
    /// <summary>The address to listen at; <see langword="null"/> (the default): all of this machine's, IPv4 and IPv6.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>
    /// TCP port for RTSP, 0–65535; 0: any free one; <see langword="null"/>: none. Another host, such as Kestrel, may still serve RTSP
    /// on a port of its own. Default 8554.
    /// </summary>
    public int? RtspPort { get; init; } = 8554;

    /// <summary>
    /// UDP port for RTP, 0–65534, RTCP on the next; 0: any free pair; <see langword="null"/>: none, and RTSP sends audio within its
    /// TCP connection only. Default 8556.
    /// </summary>
    public int? RtpPort { get; init; } = 8556;

    /// <summary>
    /// The proxies before the server: they alone are believed when they say whose connection or request they pass on, over HTTP
    /// (<c>X-Forwarded-…</c>, <c>Forwarded</c>) and by PROXY headers, over RTSP too. By default none.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// The name of the setting <see cref="TrustedProxies"/> as the operator knows it. If a proxy is not trusted, the log and the answer
    /// to the proxy name it. Default: the name of the property.
    /// </summary>
    public string TrustedProxiesName { get; init; } = nameof(TrustedProxies);

    /// <summary>Limits of sessions, requests and time.</summary>
    public RtspServerOptions Rtsp { get; init; } = new();

    /// <summary>How stations are heard over HTTP; <see langword="null"/>, the default: not at all.</summary>
    public RadioServerOptions? Radio { get; init; }

    /// <summary>How stations are heard over HLS, where HTTP is on; <see langword="null"/>: not at all.</summary>
    public HlsServerOptions? Hls { get; init; } = new();

    /// <summary>
    /// TCP port for HTTP, 0–65535; 0: any free one; <see langword="null"/>, the default: another host, such as Kestrel, listens, and
    /// passes its connections on (package Linnet.Server).
    /// </summary>
    public int? HttpPort { get; init; }

    /// <summary>Which clients may push sound to stations over HTTP. By default none.</summary>
    public PushServerOptions Push { get; init; } = new();

    /// <summary>The rules about listening and pushing. Default: everyone may listen.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>Limits of listeners that do not keep up.</summary>
    public SenderOptions Sender { get; init; } = new();

    /// <summary>How the PyAudio tutorial's programs listen; <see langword="null"/>, the default: not at all.</summary>
    public PyAudioServerOptions? PyAudio { get; init; }

    /// <summary>
    /// The most audio that all listeners together get, by all protocols, in bits of payload per second; more listeners are refused, or sent
    /// to another server that has the same stations. 0 – 10^15; 0, the default: no limit.
    /// </summary>
    public long MaxBitsPerSecond { get; init; }

    /// <summary>Names of stations that are added later: a protocol may be told to serve one of them. Default: none.</summary>
    internal IReadOnlyList<string> Expected { get; init; } = [];

    /// <summary>More protocols, in the order in which they are shown after the server's own. Default: none.</summary>
    internal IReadOnlyList<ProtocolFactory> Protocols { get; init; } = [];

    /// <summary>
    /// Whether the server ends when every station has ended, its listeners have heard the end, and no station is fed by others. By default
    /// it serves until it is cancelled: stations can be added at any time. A server without stations does not end.
    /// </summary>
    public bool EndsWithStations { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(RtspPort ?? 0, 0, 65_535, name: "The RTSP port")
        .Between(RtpPort ?? 0, 0, 65_534, name: "The RTP port")
        .Between(HttpPort ?? 0, 0, 65_535, name: "The HTTP port")
        .Between(MaxBitsPerSecond, 0, 1_000_000_000_000_000)
        .Require(
            !TrustedProxies.Any(static network => network.PrefixLength == 0),
            $"{nameof(TrustedProxies)} trusts every address, so any client could claim another's address. Name the proxy's own address.")
        .Include(Rtsp.Problems())
        .Include(Sender.Problems())
        .Include(Radio?.Problems())
        .Include(Hls?.Problems())
        .Include(Push.Problems())
        .Include(Access.Problems())
        .Include(PyAudio?.Problems());
}
