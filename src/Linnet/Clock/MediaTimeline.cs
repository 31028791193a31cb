namespace Linnet.Clock;

/// <summary>Maps a position in the stream to the instant it is due. Pure: the caller provides the time.</summary>
/// <param name="Epoch">The instant at which position 0 is due, in the ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="SampleRate">Frames per second of the positions.</param>
/// <param name="TicksPerSecond"><see cref="TimeProvider.TimestampFrequency"/> of the clock that counts the ticks.</param>
internal readonly record struct MediaTimeline(long Epoch, int SampleRate, long TicksPerSecond)
{
    /// <summary>The instant at which <paramref name="position"/> is due, rounded down to a tick. Exact for any length of time.</summary>
    public long DueAt(long position)
    {
        // Seconds are computed separately: position × 10^9 overflows 63 bits after 53 hours at 48 kHz.
        (long seconds, long rest) = FloorDivRem(position, SampleRate);
        return Epoch + (seconds * TicksPerSecond) + (rest * TicksPerSecond / SampleRate);
    }

    /// <summary>The last position that is due at or before <paramref name="instant"/>.</summary>
    public long PositionAt(long instant)
    {
        (long seconds, long rest) = FloorDivRem(instant - Epoch, TicksPerSecond);
        long position = (seconds * SampleRate) + (long)((Int128)rest * SampleRate / TicksPerSecond);

        // DueAt rounds down, so the next position may be due within the same tick.
        return DueAt(position + 1) <= instant ? position + 1 : position;
    }

    private static (long Quotient, long Remainder) FloorDivRem(long value, long divisor)
    {
        (long quotient, long remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder);
    }
}
