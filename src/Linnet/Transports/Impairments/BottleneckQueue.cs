namespace Linnet.Transports.Impairments;

/// <summary>A link that takes its time for each bit, and the queue before it, which drops at its tail what would wait too long.</summary>
/// <param name="ticksPerBit">The link's speed.</param>
/// <param name="longestWait">What a datagram may wait for those before it, in ticks.</param>
internal sealed class BottleneckQueue(double ticksPerBit, double longestWait)
{
    /// <summary>IPv4 and UDP.</summary>
    internal const int HeaderBytes = 28;

    private double _freeAt;

    /// <summary>Takes a datagram, or drops it.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="now">When it comes.</param>
    /// <param name="leavesAt">When its last bit is through.</param>
    internal bool TryEnter(int length, long now, out long leavesAt)
    {
        double start = Math.Max(now, _freeAt);
        leavesAt = (long)Math.Ceiling(start + ((length + HeaderBytes) * 8 * ticksPerBit));
        if (start - now > longestWait)
        {
            return false;
        }

        _freeAt = leavesAt;
        return true;
    }
}
