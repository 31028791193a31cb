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
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(MaxListeners, 1, 1_000_000)
        .Between(MaxListenersPerStation, 1, 1_000_000)
        .Between(MaxListenersPerAddress, 1, 1_000_000)
        .Between(MaxWaiting, 1, 1_000_000)
        .Between(MaxWaitingPerAddress, 1, 1_000_000)
        .Between(RequestTimeout, "1 s", "300 s")
        .Between(MaxBufferBytes, 1L << 20, 64L << 30);
}
