using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>What an RTSP server allows its clients, and how it serves them.</summary>
public sealed record RtspServerOptions : IValidatable
{
    /// <summary>Sessions in all; more are answered 503. 1 – 1,000,000; default 5000.</summary>
    public int MaxSessions { get; init; } = 5000;

    /// <summary>
    /// Sessions of one address (IPv6: of one network of 64 bits); more are answered 503. 1 – 1,000,000; default 500: an office behind one
    /// translator fits, and no address can take more than a tenth of the default for all.
    /// </summary>
    public int MaxSessionsPerAddress { get; init; } = 500;

    /// <summary>Sessions of one connection; more are answered 503. 1 – 128, for there are 256 channels; default 32.</summary>
    public int MaxSessionsPerConnection { get; init; } = 32;

    /// <summary>
    /// Requests, frames, reads and KiB a second that a connection may have us read, over time, and four times as many at once; one that
    /// sends more is closed. 50 – 1,000,000; default 500, where a listener's reports and requests are one or two.
    /// </summary>
    public int MaxMessagesPerSecond { get; init; } = 500;

    /// <summary>Connections that have no session, in all; more are closed at once. 1 – 1,000,000; default 2000.</summary>
    public int MaxIdleConnections { get; init; } = 2000;

    /// <summary>Connections of one address that have no session; more are closed at once. 1 – 1,000,000; default 250.</summary>
    public int MaxIdleConnectionsPerAddress { get; init; } = 250;

    /// <summary>How much of a request is read.</summary>
    public RtspLimits Limits { get; init; } = RtspLimits.Default;

    /// <summary>
    /// Time for a request to come whole, for the first one to come at all, and for an answer to be taken. 1–300 s; default 10 s.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle without a session. 1–3600 s; default 60 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a session is kept from which nothing is heard, neither a request nor (by UDP) a report; told to the client in whole
    /// seconds. One that hears over its connection stays as long as it takes the sound. 5–3600 s; default 60 s.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = SessionHeader.DefaultTimeout;

    /// <summary>
    /// Sound already due that a listener gets at once when it joins: as much, and as much as it says it buffers
    /// (<c>Linnet-Buffer</c>) up to <see cref="MaxPreRoll"/>. 0–10 s; default 100 ms.
    /// </summary>
    public TimeSpan PreRoll { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The most that it gets at once. Not above what the sender lets wait for a listener. 0–10 s; default 2.5 s.</summary>
    public TimeSpan MaxPreRoll { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>
    /// How long PLAY waits for the rendition's first packet, so that <c>RTP-Info</c> can name it; then it is left out. 0–60 s; default 1 s.
    /// </summary>
    public TimeSpan FirstPacketTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a connection stays open after its station ended, for the client to hear the rest and leave by itself. 0–300 s; default 10
    /// s.
    /// </summary>
    public TimeSpan EndLinger { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server that stops waits for its goodbyes to go out. 0–60 s; default 1 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() =>
    [
        .. Check(nameof(MaxSessions), MaxSessions),
        .. Check(nameof(MaxSessionsPerAddress), MaxSessionsPerAddress),
        .. Check(nameof(MaxIdleConnections), MaxIdleConnections),
        .. Check(nameof(MaxIdleConnectionsPerAddress), MaxIdleConnectionsPerAddress),
        .. MaxSessionsPerConnection is >= 1 and <= 128
            ? Array.Empty<string>() : [$"{nameof(MaxSessionsPerConnection)} is {MaxSessionsPerConnection}; it must be between 1 and 128."],
        .. MaxMessagesPerSecond is >= 50 and <= 1_000_000
            ? Array.Empty<string>() : [$"{nameof(MaxMessagesPerSecond)} is {MaxMessagesPerSecond}; it must be between 50 and 1,000,000."],
        .. Limits.Problems(),
        .. Check(nameof(RequestTimeout), RequestTimeout, 1, 300),
        .. Check(nameof(IdleTimeout), IdleTimeout, 1, 3600),
        .. Check(nameof(SessionTimeout), SessionTimeout, 5, 3600),
        .. Check(nameof(PreRoll), PreRoll, 0, 10),
        .. Check(nameof(MaxPreRoll), MaxPreRoll, 0, 10),
        .. Check(nameof(FirstPacketTimeout), FirstPacketTimeout, 0, 60),
        .. Check(nameof(EndLinger), EndLinger, 0, 300),
        .. Check(nameof(ShutdownTimeout), ShutdownTimeout, 0, 60),
    ];

    private static string[] Check(string name, int value) =>
        value is >= 1 and <= 1_000_000 ? [] : [$"{name} is {value}; it must be between 1 and 1,000,000."];

    private static string[] Check(string name, TimeSpan value, double least, double most) =>
        value.TotalSeconds >= least && value.TotalSeconds <= most ? [] : [$"{name} is {value}; it must be between {least} s and {most} s."];
}
