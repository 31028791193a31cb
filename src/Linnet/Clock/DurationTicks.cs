namespace Linnet.Clock;

/// <summary>Durations in ticks of <see cref="TimeProvider.GetTimestamp"/>, rounded towards zero.</summary>
internal static class DurationTicks
{
    /// <summary>Converts a duration to ticks of which there are <paramref name="ticksPerSecond"/> in a second.</summary>
    internal static long InTicks(this TimeSpan duration, long ticksPerSecond) => (long)(duration.TotalSeconds * ticksPerSecond);

    /// <summary>Converts a duration to a clock's ticks.</summary>
    internal static long InTicks(this TimeSpan duration, TimeProvider time) => duration.InTicks(time.TimestampFrequency);

    /// <summary>Converts a timestamp of such ticks to microseconds, without overflow.</summary>
    internal static long InMicroseconds(this long timestamp, long ticksPerSecond)
    {
        (long seconds, long rest) = Math.DivRem(timestamp, ticksPerSecond);
        return (seconds * 1_000_000) + (rest * 1_000_000 / ticksPerSecond);
    }
}
