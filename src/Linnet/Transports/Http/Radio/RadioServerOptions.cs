namespace Linnet.Transports.Http.Radio;

/// <summary>Limits for listeners over HTTP. How audio is sent to them is in <see cref="Broadcast.Streams.StreamOptions"/>.</summary>
public sealed record RadioServerOptions : IValidatable
{
    /// <summary>The most listeners; more get 503. 1 – 1,000,000; default 10,000.</summary>
    public int MaxListeners { get; init; } = 10_000;

    /// <summary>The most listeners of one station; more get 503. 1 – 1,000,000; default 10,000.</summary>
    public int MaxListenersPerStation { get; init; } = 10_000;

    /// <summary>The most listeners of one address (IPv6: of one /64 network); more get 429. 1 – 1,000,000; default 500.</summary>
    public int MaxListenersPerAddress { get; init; } = 500;

    /// <summary>The most connections with an incomplete request; more are closed at once. 1 – 1,000,000; default 5000.</summary>
    public int MaxWaiting { get; init; } = 5000;

    /// <summary>The most connections of one address with an incomplete request. 1 – 1,000,000; default 250.</summary>
    public int MaxWaitingPerAddress { get; init; } = 250;

    /// <summary>
    /// How long a client may take to send a complete request, and a station to provide its first audio. 1–300 s; default 10 s.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Memory for the bytes that listeners of all stations share, estimated from the renditions' bit rates. A request for a rendition
    /// without listeners gets 503 if it does not fit. 1 MiB – 64 GiB; default 256 MiB.
    /// </summary>
    public long MaxBufferBytes { get; init; } = 256L << 20;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() =>
    [
        .. Check(nameof(MaxListeners), MaxListeners, 1, 1_000_000),
        .. Check(nameof(MaxListenersPerStation), MaxListenersPerStation, 1, 1_000_000),
        .. Check(nameof(MaxListenersPerAddress), MaxListenersPerAddress, 1, 1_000_000),
        .. Check(nameof(MaxWaiting), MaxWaiting, 1, 1_000_000),
        .. Check(nameof(MaxWaitingPerAddress), MaxWaitingPerAddress, 1, 1_000_000),
        .. Check(nameof(RequestTimeout), RequestTimeout, 1, 300),
        .. Check(nameof(MaxBufferBytes), MaxBufferBytes, 1L << 20, 64L << 30),
    ];

    private static string[] Check(string name, long value, long least, long most) =>
        value >= least && value <= most ? [] : [$"{name} is {value}; it must be between {least} and {most}."];

    private static string[] Check(string name, TimeSpan value, double least, double most) =>
        value.TotalSeconds >= least && value.TotalSeconds <= most ? [] : [$"{name} is {value}; it must be between {least} s and {most} s."];
}
