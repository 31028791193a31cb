namespace Linnet.Clock;

/// <summary>Unwraps a counter of 16 or 32 bits to a <see langword="long"/>: the value nearest to the last one seen.</summary>
/// <remarks>RTP sequence numbers and timestamps are unwrapped once, where the packet enters; later code never compares wrapped
/// numbers.</remarks>
internal struct WrappingCounter
{
    private readonly int _bits;
    private long _last;
    private bool _started;

    private WrappingCounter(int bits) => _bits = bits;

    /// <summary>A counter modulo 2^16: an RTP sequence number (RFC 3550 §5.1).</summary>
    public static WrappingCounter Of16Bits() => new(16);

    /// <summary>A counter modulo 2^32: an RTP timestamp (RFC 3550 §5.1).</summary>
    public static WrappingCounter Of32Bits() => new(32);

    /// <summary>The whole number for <paramref name="value"/>. The first value stands for itself.</summary>
    /// <remarks>A value before the last one is recognized as older, and does not move the reference back.</remarks>
    public long Unwrap(uint value)
    {
        if (!_started)
        {
            _started = true;
            _last = value;
            return value;
        }

        long unwrapped = Peek(value);
        _last = Math.Max(_last, unwrapped);
        return unwrapped;
    }

    /// <summary>Like <see cref="Unwrap"/>, but does not move the reference.</summary>
    public readonly long Peek(uint value)
    {
        if (!_started)
        {
            return value;
        }

        long period = 1L << _bits;
        long ahead = (value - _last) & (period - 1);
        return _last + (ahead < period / 2 ? ahead : ahead - period);
    }
}
