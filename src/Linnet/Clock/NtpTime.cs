namespace Linnet.Clock;

/// <summary>A wall-clock instant as RTCP carries it: seconds since 1900 in 32.32 fixed point, modulo 2^32 seconds.</summary>
/// <param name="Value">The 64 bits: seconds in the upper half, fraction in the lower.</param>
/// <remarks>Source: RFC 3550 §4; RFC 5905 §6. Values before 1968 are read as belonging to the era that starts in 2036.</remarks>
internal readonly record struct NtpTime(ulong Value)
{
    private static readonly DateTimeOffset Era0 = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The middle 32 bits, as reception reports carry it (16.16 seconds).</summary>
    public uint Middle => (uint)(Value >> 16);

    /// <summary>Converts a wall-clock time, to 100 ns.</summary>
    public static NtpTime From(DateTimeOffset time)
    {
        (long seconds, long rest) = Math.DivRem((time - Era0).Ticks, TimeSpan.TicksPerSecond);
        return new NtpTime(((ulong)(uint)seconds << 32) | (((ulong)rest << 32) / TimeSpan.TicksPerSecond));
    }

    /// <summary>Converts to a wall-clock time, rounded to 100 ns.</summary>
    public DateTimeOffset ToDateTimeOffset()
    {
        long seconds = (uint)(Value >> 32);
        if (seconds < 0x8000_0000)
        {
            seconds += 1L << 32;
        }

        long ticks = (long)((((Value & 0xFFFF_FFFF) * TimeSpan.TicksPerSecond) + 0x8000_0000) >> 32);
        return Era0.AddTicks((seconds * TimeSpan.TicksPerSecond) + ticks);
    }
}
