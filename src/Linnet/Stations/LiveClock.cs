using Linnet.Clock;

namespace Linnet.Stations;

/// <summary>
/// Detects when a live source no longer follows the station's clock, and by how much to reset the clock. Pure: the caller passes the time.
/// </summary>
/// <remarks>
/// A device that stalls delivers nothing for a while, and then everything it had buffered in a burst. Each block of the burst is less late
/// than the one before, so the lasting error of the stall is known only after the burst. So blocks are watched until none is earlier for a
/// while: one stall causes one clock step, or none if the device had buffered everything. Live packets leave when they arrive, so nothing
/// waits meanwhile.
/// </remarks>
/// <param name="mostOff">How many ticks a block may be off before that counts as a stall.</param>
/// <param name="ticksPerSecond">Frequency of the ticks.</param>
internal sealed class LiveClock(long mostOff, long ticksPerSecond)
{
    /// <summary>The burst is over when no block was earlier for this long. Longer than the blocks of a device with large buffers.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(250);

    /// <summary>The watch ends this long after the stall in any case: a burst ends long before.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Ignore jitter below this: a burst gains more with each block.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly long _calm = Calm.InTicks(ticksPerSecond);
    private readonly long _longest = Longest.InTicks(ticksPerSecond);
    private readonly long _least = Least.InTicks(ticksPerSecond);
    private long _since;
    private long _earliest;
    private long _earliestAt;
    private long _first;
    private bool _isExplained;

    /// <summary>Whether a stall is being watched.</summary>
    internal bool IsWatching { get; private set; }

    /// <summary>Records a block.</summary>
    /// <param name="error">How much later it arrived than the station's clock says, in ticks; negative if earlier.</param>
    /// <param name="now">When it arrived, in ticks.</param>
    /// <param name="soundLost">Whether the source reports that audio was lost before it.</param>
    /// <returns>A stall that is now over; <see langword="null"/> if there is none. Without a watched stall, the clock just follows the
    /// source.</returns>
    internal Stall? Observe(long error, long now, bool soundLost)
    {
        if (!IsWatching)
        {
            if (!soundLost && Math.Abs(error) <= mostOff)
            {
                return null;
            }

            IsWatching = true;
            _isExplained = soundLost;
            (_since, _first) = (now, error);
            (_earliest, _earliestAt) = (error, now);
            return null;
        }

        // Blocks from before a loss of audio tell nothing about those after it.
        if (soundLost || error < _earliest - _least)
        {
            (_earliest, _earliestAt) = (error, now);
        }

        if (now - _earliestAt < _calm && now - _since < _longest)
        {
            return null;
        }

        IsWatching = false;
        return new Stall(_first, _earliest, MustStep: _isExplained || Math.Abs(_earliest) > mostOff, _isExplained);
    }
}

/// <summary>A past stall of a live source.</summary>
/// <param name="Late">How late the first block after it was, in ticks.</param>
/// <param name="Lasting">How far blocks are still off after everything that the source had buffered has arrived, in ticks.</param>
/// <param name="MustStep">Whether the clock must be reset by that.</param>
/// <param name="IsExplained">Whether the source itself reported lost audio, so that its watcher already knows.</param>
internal readonly record struct Stall(long Late, long Lasting, bool MustStep, bool IsExplained);
