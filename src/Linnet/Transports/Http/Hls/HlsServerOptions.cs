namespace Linnet.Transports.Http.Hls;

/// <summary>How stations are heard over HLS. Limits of listeners and memory are in <see cref="Radio.RadioServerOptions"/>.</summary>
public sealed record HlsServerOptions : IValidatable
{
    /// <summary>
    /// Length of a segment. Longer ones cost caches and phones less, and listeners hear everything later: about three segments behind.
    /// 1–30 s; default 4 s.
    /// </summary>
    public TimeSpan SegmentTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The most segments in a playlist. 3–30; default 8.</summary>
    public int Segments { get; init; } = 8;

    /// <summary>
    /// Whether the renditions for HLS are always encoded, so that the first listener does not wait. By default they start with
    /// the first listener, who waits until two segments are complete.
    /// </summary>
    public bool AlwaysRuns { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(SegmentTime, "1 s", "30 s")
        .Between(Segments, 3, 30);
}
