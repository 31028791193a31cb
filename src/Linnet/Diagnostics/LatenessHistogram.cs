using System.Numerics;

namespace Linnet.Diagnostics;

/// <summary>Counts how late events were, in buckets that double from 1 µs to over a minute. One writer, any number of readers.</summary>
internal sealed class LatenessHistogram
{
    /// <summary>Number of buckets; the last one has no upper limit.</summary>
    public const int Buckets = 28;

    private readonly long[] _counts = new long[Buckets];
    private readonly double _ticksPerMicrosecond;
    private long _max;

    /// <summary>Creates an empty histogram.</summary>
    /// <param name="ticksPerSecond">Frequency of the ticks passed to <see cref="Record"/>.</param>
    public LatenessHistogram(long ticksPerSecond) => _ticksPerMicrosecond = ticksPerSecond / 1e6;

    /// <summary>The greatest lateness so far.</summary>
    public TimeSpan Max => TimeSpan.FromMicroseconds(Volatile.Read(ref _max) / _ticksPerMicrosecond);

    /// <summary>Counts one event; an early one counts as on time. Allocates nothing.</summary>
    public void Record(long ticks)
    {
        ulong microseconds = (ulong)(Math.Max(ticks, 0) / _ticksPerMicrosecond);
        int bucket = Math.Min(BitOperations.Log2(microseconds | 1) + (microseconds == 0 ? 0 : 1), Buckets - 1);
        Volatile.Write(ref _counts[bucket], _counts[bucket] + 1);
        if (ticks > _max)
        {
            Volatile.Write(ref _max, ticks);
        }
    }

    /// <summary>The upper edge of bucket <paramref name="bucket"/>.</summary>
    public static TimeSpan UpperEdge(int bucket) => TimeSpan.FromMicroseconds(1L << bucket);

    /// <summary>Adds the counts to <paramref name="totals"/>, which has <see cref="Buckets"/> elements.</summary>
    public void AddTo(Span<long> totals)
    {
        for (int i = 0; i < Buckets; i++)
        {
            totals[i] += Volatile.Read(ref _counts[i]);
        }
    }

    /// <summary>
    /// The upper edge of the bucket in which the share <paramref name="quantile"/> (0–1) of <paramref name="counts"/> is reached.
    /// </summary>
    public static TimeSpan Quantile(ReadOnlySpan<long> counts, double quantile)
    {
        long total = 0;
        foreach (long count in counts)
        {
            total += count;
        }

        long seen = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (total > 0 && seen >= quantile * total)
            {
                return UpperEdge(i);
            }
        }

        return TimeSpan.Zero;
    }
}
