using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Radio;

/// <summary>What listeners over HTTP are allowed. How they are sent to is in <see cref="Broadcast.Streams.StreamOptions"/>.</summary>
public sealed record RadioServerOptions : IValidatable
{
    /// <summary>Listeners in all; more are answered 503. 1 – 1,000,000; default 10,000.</summary>
    public int MaxListeners { get; init; } = 10_000;

    /// <summary>Listeners of one station; more are answered 503. 1 – 1,000,000; default 10,000.</summary>
    public int MaxListenersPerStation { get; init; } = 10_000;

    /// <summary>Listeners of one address (IPv6: of one network of 64 bits); more are answered 429. 1 – 1,000,000; default 500.</summary>
    public int MaxListenersPerAddress { get; init; } = 500;

    /// <summary>Connections whose request is not whole yet; more are closed at once. 1 – 1,000,000; default 5000.</summary>
    public int MaxWaiting { get; init; } = 5000;

    /// <summary>Those of one address. 1 – 1,000,000; default 250.</summary>
    public int MaxWaitingPerAddress { get; init; } = 250;

    /// <summary>
    /// How long a connection may take until its request is whole, and a station until its first sound is there. 1–300 s; default 10 s.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How large requests may be. Default as Kestrel takes them: what is refused here goes on to it, and must not be a page that is not
    /// there.
    /// </summary>
    public HttpLimits Request { get; init; } = new() { MaxStartLine = 8 * 1024, MaxHeaderLine = 16 * 1024, MaxHead = 16 * 1024 };

    /// <summary>
    /// Memory for the bytes that listeners of all stations share, by what the renditions' bit rates come to; a rendition that nobody hears
    /// yet is answered 503 if there is no room for it. 1 MiB – 64 GiB; default 256 MiB.
    /// </summary>
    public long MaxBufferBytes { get; init; } = 256L << 20;

    /// <summary>
    /// How long a connection stays open after its station ended, for the rest to reach the player. 0–300 s; default 10 s.
    /// </summary>
    public TimeSpan EndLinger { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() =>
    [
        .. Check(nameof(MaxListeners), MaxListeners, 1, 1_000_000),
        .. Check(nameof(MaxListenersPerStation), MaxListenersPerStation, 1, 1_000_000),
        .. Check(nameof(MaxListenersPerAddress), MaxListenersPerAddress, 1, 1_000_000),
        .. Check(nameof(MaxWaiting), MaxWaiting, 1, 1_000_000),
        .. Check(nameof(MaxWaitingPerAddress), MaxWaitingPerAddress, 1, 1_000_000),
        .. Check(nameof(RequestTimeout), RequestTimeout, 1, 300),
        .. Request.Problems(),
        .. Check(nameof(MaxBufferBytes), MaxBufferBytes, 1L << 20, 64L << 30),
        .. Check(nameof(EndLinger), EndLinger, 0, 300),
    ];

    private static string[] Check(string name, long value, long least, long most) =>
        value >= least && value <= most ? [] : [$"{name} is {value}; it must be between {least} and {most}."];

    private static string[] Check(string name, TimeSpan value, double least, double most) =>
        value.TotalSeconds >= least && value.TotalSeconds <= most ? [] : [$"{name} is {value}; it must be between {least} s and {most} s."];
}
