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

    /// <summary>
    /// Frames to keep in the buffer: as many as the latency asks for, but two periods at least. The engine takes a whole period at a time,
    /// and plays a gap where there is less.
    /// </summary>
    /// <param name="latencyFrames">The requested latency.</param>
    /// <param name="periodFrames">The engine's period.</param>
    /// <param name="bufferFrames">Frames that the buffer can hold.</param>
    internal static int TargetFor(long latencyFrames, long periodFrames, int bufferFrames) =>
        (int)Math.Clamp(Math.Max(latencyFrames, 2 * periodFrames), 1, Math.Max(bufferFrames, 1));

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
