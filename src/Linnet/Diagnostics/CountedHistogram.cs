using System.Diagnostics.Metrics;

namespace Linnet.Diagnostics;

/// <summary>
/// Shows what <see cref="LatenessHistogram"/>s have counted as an instrument, so that nothing but counting is done while sound is sent.
/// </summary>
internal sealed class CountedHistogram
{
    // From 16 µs to 8 s: what lies outside is no matter of more or less.
    private const int FirstEdge = 4;
    private const int Edges = 20;

    private readonly Histogram<double> _histogram;
    private readonly long[] _recorded = new long[LatenessHistogram.Buckets];

    /// <param name="meter">Makes the instrument.</param>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it tells.</param>
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

    /// <summary>Records what came into each bucket since the last call, at the bucket's upper edge.</summary>
    /// <param name="counts">All that was counted so far. One caller at a time.</param>
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
