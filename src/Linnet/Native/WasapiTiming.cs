namespace Linnet.Native;

/// <summary>Calculations for audio streams of Windows.</summary>
internal static class WasapiTiming
{
    /// <summary>The lowest latency that an ordinary stream reaches: the engine of Windows then works in periods of 10 ms.</summary>
    internal static readonly TimeSpan OrdinaryPeriod = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The period for a short latency: the longest of which two fit, because the engine plays one while the next one is filled.
    /// </summary>
    /// <param name="latencyFrames">The requested latency.</param>
    /// <param name="least">The shortest period of the engine.</param>
    /// <param name="most">The longest.</param>
    /// <param name="step">Periods are multiples of this.</param>
    internal static uint PeriodFor(long latencyFrames, uint least, uint most, uint step)
    {
        step = Math.Max(step, 1);
        long wanted = latencyFrames / 2 / step * step;
        return (uint)Math.Clamp(wanted, least, Math.Max(least, most));
    }

    /// <summary>When the next frame to be written will be heard.</summary>
    /// <param name="now">The present instant, in ticks.</param>
    /// <param name="ticksPerSecond">Ticks per second of <paramref name="now"/>.</param>
    /// <param name="framesAhead">Frames written and not yet heard when the position was taken.</param>
    /// <param name="age">How long ago that was.</param>
    /// <param name="sampleRate">Frames per second.</param>
    internal static long HeardAt(long now, long ticksPerSecond, long framesAhead, TimeSpan age, int sampleRate) =>
        now - (long)(age.TotalSeconds * ticksPerSecond) + (long)((Int128)framesAhead * ticksPerSecond / sampleRate);

    /// <summary>Converts a count to a count of another unit, such as a clock's ticks to frames.</summary>
    internal static long Scale(ulong count, long to, ulong from) => from == 0 ? 0 : (long)((UInt128)count * (ulong)to / from);
}
