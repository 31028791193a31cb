using System.Diagnostics.Metrics;

namespace Linnet.Diagnostics;

/// <summary>
/// Publishes the counts of <see cref="LatenessHistogram"/>s as a metrics instrument, so that the sending threads only count.
/// </summary>
internal sealed class CountedHistogram
{
    // From 16 µs to 8 s. Differences outside that range do not matter.
    private const int FirstEdge = 4;
    private const int Edges = 20;

    private readonly Histogram<double> _histogram;
    private readonly long[] _recorded = new long[LatenessHistogram.Buckets];

    /// <param name="meter">The meter that creates the instrument.</param>
    /// <param name="name">Name of the instrument.</param>
    /// <param name="description">What the instrument measures.</param>
    internal CountedHistogram(Meter meter, string name, string description) => _histogram = meter.CreateHistogram(
        name,
        "s",
        description,
        tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
            [.. Enumerable.Range(FirstEdge, Edges).Select(static i => LatenessHistogram.UpperEdge(i).TotalSeconds)]
        });

    /// <summary>Records the new counts of each bucket since the last call, at the bucket's upper edge.</summary>
    /// <param name="counts">All counts so far. One caller at a time.</param>
    internal void Record(ReadOnlySpan<long> counts)
    {
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            for (; _recorded[bucket] < counts[bucket]; _recorded[bucket]++)
            {
                _histogram.Record(LatenessHistogram.UpperEdge(bucket).TotalSeconds);
            }
        }
    }
}
