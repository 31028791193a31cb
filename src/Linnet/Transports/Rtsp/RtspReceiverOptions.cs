using System.Net;
using Linnet.Native;
using Linnet.Transports.Impairments;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>What to receive, and the timeouts.</summary>
internal sealed record RtspReceiverOptions : IValidatable
{
    /// <summary>The station's address.</summary>
    public required RtspUri Address { get; init; }

    /// <summary>The transport of packets. Default <see cref="RtspTransport.Auto"/>.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>
    /// The rendition to request if the address names none and the server supports this; <see langword="null"/>: the server's first.
    /// </summary>
    public string? Rendition { get; init; }

    /// <summary>How much audio is buffered before playback, so that the server can send that much at once. Default none.</summary>
    public TimeSpan? Buffer { get; init; }

    /// <summary>Simulated impairment of received datagrams; <see langword="null"/>, the default: none. Does not affect TCP.</summary>
    public ImpairedPath? Impairment { get; init; }

    /// <summary>Locates an address, for redirects; <see langword="null"/>, the default: as in <see cref="InnerNetwork"/>.</summary>
    internal Func<IPAddress, NetworkSide>? SideOf { get; init; }

    /// <summary>The certificates that are accepted over TLS; <see langword="null"/>, the default: those that this system trusts.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>The ports to try, in this order, if the address has none.</summary>
    internal IReadOnlyList<int> UsualPorts { get; init; } = [8554, RtspUri.DefaultPort];

    /// <summary>The same for addresses of <c>rtsps:</c>.</summary>
    internal IReadOnlyList<int> UsualTlsPorts { get; init; } = [8322, RtspUri.DefaultTlsPort];

    /// <summary>Which of several audio sections to play. Pass it on when reconnecting. Default: none tried yet.</summary>
    internal AudioSections Sections { get; init; } = new();

    /// <summary>
    /// How long an audio section may give no audio before the next one is tried, if there are several. 100 ms – 60 s; default 3 s.
    /// </summary>
    public TimeSpan SectionPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long nothing may arrive over UDP before <see cref="RtspTransport.Auto"/> switches to TCP. 100 ms – 60 s; default 2 s.
    /// </summary>
    public TimeSpan UdpPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether the connection counts as one under TLS: encrypted by other means, as in tests. Default: it does not.</summary>
    internal bool CountsAsTls { get; init; }

    /// <summary>Says why SRTP cannot be used; default: if libsrtp is missing.</summary>
    internal Func<string?> SrtpProblem { get; init; } = static () => LibSrtp.Problem;

    /// <summary>How long a server may take to accept the connection.</summary>
    internal static TimeSpan ConnectTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a server may take to answer a request.</summary>
    internal static TimeSpan ReplyTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long no audio may arrive over UDP before the server is asked whether it sends. If it does, or cannot say, UDP is set up again.
    /// Longer than a player's buffer. A path that works has no gap of this length.
    /// </summary>
    internal static TimeSpan SoundPatience { get; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a server may take to answer while no audio arrives over UDP.</summary>
    internal static TimeSpan SilentReplyTimeout { get; } = TimeSpan.FromSeconds(3);

    /// <summary>How long nothing may arrive before the server is asked whether it is still there.</summary>
    internal static TimeSpan SilencePatience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for the response to TEARDOWN.</summary>
    internal static TimeSpan TeardownTimeout { get; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(SectionPatience, "0.1", "60 s")
        .Between(UdpPatience, "0.1", "60 s");
}
