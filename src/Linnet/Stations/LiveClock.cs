namespace Linnet.Stations;

/// <summary>
/// Judges when a live source no longer follows the station's clock, and by how much that has to be set anew. Pure: the caller brings the
/// instants.
/// </summary>
/// <remarks>
/// A device that stalls gives nothing for a while, and then, in a burst, as much as it had kept. Each block of the burst is less late than
/// the one before; what the stall has really cost is known only when the burst is over. So the blocks are watched until none comes earlier
/// for a while: one stall is one step of the clock, and none where the device had kept everything. Live packets leave when they arrive, so
/// nobody waits meanwhile.
/// </remarks>
/// <param name="mostOff">By how many ticks a block may be off without that being a stall.</param>
/// <param name="ticksPerSecond">Of the instants.</param>
internal sealed class LiveClock(long mostOff, long ticksPerSecond)
{
    /// <summary>No block came earlier for so long: the burst is over. Longer than what a device with large buffers gives at once.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(250);

    /// <summary>So long after the stall it is decided in any case: a burst ends long before.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Jitter of less than this is none: a burst gains more with each block.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly long _calm = (long)(Calm.TotalSeconds * ticksPerSecond);
    private readonly long _longest = (long)(Longest.TotalSeconds * ticksPerSecond);
    private readonly long _least = (long)(Least.TotalSeconds * ticksPerSecond);
    private long _since;
    private long _earliest;
    private long _earliestAt;
    private long _first;
    private bool _isExplained;

    /// <summary>Whether a stall is being watched.</summary>
    internal bool IsWatching { get; private set; }

    /// <summary>A block has come.</summary>
    /// <param name="error">By how much it came later than the station's clock says, in ticks; negative: earlier.</param>
    /// <param name="now">When it came.</param>
    /// <param name="soundLost">Whether the source says that sound was lost before it.</param>
    /// <returns>What came of a stall that is over now; <see langword="null"/>: nothing is to be done but to follow the source, if no stall
    /// is watched.</returns>
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

        // What came before sound was lost says nothing of what comes after.
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

/// <summary>A stall of a live source that is over.</summary>
/// <param name="Late">How late the first block after it came, in ticks.</param>
/// <param name="Lasting">By how much blocks are still off, now that all that the source had kept has come.</param>
/// <param name="MustStep">Whether the clock is to be set anew by that.</param>
/// <param name="IsExplained">Whether the source itself has said that sound was lost: who watches it knows already.</param>
internal readonly record struct Stall(long Late, long Lasting, bool MustStep, bool IsExplained);
