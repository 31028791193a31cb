namespace Linnet.Transports.Impairments;

/// <summary>A link of limited speed, and the queue before it. Drops datagrams that would wait too long.</summary>
/// <param name="ticksPerBit">The link's speed.</param>
/// <param name="longestWait">The longest wait for earlier datagrams, in ticks.</param>
internal sealed class BottleneckQueue(double ticksPerBit, double longestWait)
{
    /// <summary>Bytes of the IPv4 and UDP headers.</summary>
    internal const int HeaderBytes = 28;

    private double _freeAt;

    /// <summary>Adds a datagram, or drops it.</summary>
    /// <param name="length">Bytes in the datagram.</param>
    /// <param name="now">When it arrives at the queue.</param>
    /// <param name="leavesAt">When its last bit has been sent.</param>
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
