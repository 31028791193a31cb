using Linnet.Clock;

namespace Linnet.Relay.Wire;

/// <summary>
/// Converts between the nanoseconds of an origin's monotonic clock, which batches carry, and the ticks of the clock of this machine.
/// </summary>
/// <param name="Offset">This machine's clock minus the origin's, in nanoseconds; 0 at the origin.</param>
/// <param name="TicksPerSecond">Frequency of the ticks here.</param>
internal readonly record struct OriginClock(long Offset, long TicksPerSecond)
{
    /// <summary>The greatest time that a batch may carry: 2^60 ns are 36 years. So sums of times do not overflow.</summary>
    internal const long MaxTime = 1L << 60;

    private const long PerSecond = 1_000_000_000;

    /// <summary>The clock of an origin of which this is known.</summary>
    public static OriginClock Of(ClockEstimate estimate, long ticksPerSecond) =>
        new((long)Math.Round(-1000 * estimate.OffsetMicroseconds), ticksPerSecond);

    /// <summary>The ticks here at a time of the origin, to the nearest.</summary>
    public long TicksAt(long nanoseconds) => Scale(nanoseconds + Offset, PerSecond, TicksPerSecond);

    /// <summary>The origin's time at ticks here, to the nearest nanosecond: <see cref="TicksAt"/> gives the same ticks again.</summary>
    public long NanosecondsAt(long ticks) => Scale(ticks, TicksPerSecond, PerSecond) - Offset;

    private static long Scale(long value, long from, long to) =>
        from == to ? value : (long)FloorDivide(((Int128)value * to * 2) + from, (Int128)from * 2);

    private static Int128 FloorDivide(Int128 value, Int128 divisor)
    {
        (Int128 quotient, Int128 remainder) = Int128.DivRem(value, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
