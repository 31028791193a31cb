using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Limits and timeouts of an RTSP server.</summary>
public sealed record RtspServerOptions : IValidatable
{
    /// <summary>The most sessions; more get 503. 1 – 1,000,000; default 5000.</summary>
    public int MaxSessions { get; init; } = 5000;

    /// <summary>
    /// The most sessions of one address (IPv6: of one /64 network); more get 503. 1 – 1,000,000; default 500: enough for an office behind
    /// one translator, and a tenth of the default total.
    /// </summary>
    public int MaxSessionsPerAddress { get; init; } = 500;

    /// <summary>The most sessions of one connection; more get 503. 1 – 128, since there are 256 channels; default 32.</summary>
    public int MaxSessionsPerConnection { get; init; } = 32;

    /// <summary>
    /// Requests, frames, reads and KiB per second that a connection may send, on average, and four times as many in a burst; a connection
    /// that sends more is closed. 50 – 1,000,000; default 500: a listener sends one or two reports and requests a second.
    /// </summary>
    public int MaxMessagesPerSecond { get; init; } = 500;

    /// <summary>The most connections without a session; more are closed at once. 1 – 1,000,000; default 2000.</summary>
    public int MaxIdleConnections { get; init; } = 2000;

    /// <summary>The most connections of one address without a session; more are closed at once. 1 – 1,000,000; default 250.</summary>
    public int MaxIdleConnectionsPerAddress { get; init; } = 250;

    /// <summary>The timeout for a complete request, for the first request, and for sending a response. 1–300 s; default 10 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle without a session. 1–3600 s; default 60 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a session stays open while nothing arrives from the client, neither a request nor (over UDP) a report; announced in whole
    /// seconds. A client that receives over its connection stays as long as it receives. 5–3600 s; default 60 s.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = SessionHeader.DefaultTimeout;

    /// <summary>
    /// The most recent audio that a listener gets at once when it joins: 100 ms, plus as much as it says it buffers
    /// (<c>Linnet-Buffer</c>), up to this. Not more than the sender may queue for a listener. 0–10 s; default 2.5 s.
    /// </summary>
    public TimeSpan MaxPreRoll { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// How long PLAY waits for the rendition's first packet in order to fill in <c>RTP-Info</c>; after that the header is omitted. 0–60 s;
    /// default 1 s.
    /// </summary>
    public TimeSpan FirstPacketTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a connection stays open after its station ended, so that the client can play the rest and leave. 0–300 s; default 10 s.
    /// </summary>
    public TimeSpan EndLinger { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(MaxSessions, "1", "1,000,000")
        .Between(MaxSessionsPerAddress, "1", "1,000,000")
        .Between(MaxIdleConnections, "1", "1,000,000")
        .Between(MaxIdleConnectionsPerAddress, "1", "1,000,000")
        .Between(MaxSessionsPerConnection, 1, 128)
        .Between(MaxMessagesPerSecond, "50", "1,000,000")
        .Between(RequestTimeout, "1 s", "300 s")
        .Between(IdleTimeout, "1 s", "3600 s")
        .Between(SessionTimeout, "5 s", "3600 s")
        .Between(MaxPreRoll, "0 s", "10 s")
        .Between(FirstPacketTimeout, "0 s", "60 s")
        .Between(EndLinger, "0 s", "300 s");
}
