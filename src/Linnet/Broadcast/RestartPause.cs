namespace Linnet.Broadcast;

/// <summary>
/// How long something that failed is left alone before it is started again: longer with each failure, and forgotten once it ran well. Pure:
/// the caller brings the clock. Not for two threads at once.
/// </summary>
/// <param name="ticksPerSecond">Frequency of the ticks.</param>
internal sealed class RestartPause(long ticksPerSecond)
{
    /// <summary>The first pause. Each later one is twice as long.</summary>
    internal static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>No pause is longer: who waits for it looks again about once a minute.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Who ran for so long ran well: its next failure is a first one again.</summary>
    internal static readonly TimeSpan RanWell = TimeSpan.FromSeconds(60);

    private TimeSpan _pause;
    private long _startedAt = long.MinValue;
    private long _until = long.MinValue;

    /// <summary>The pause that the last failure brought.</summary>
    internal TimeSpan Length => _pause;

    /// <summary>Notes that it is started.</summary>
    internal void Start(long now) => _startedAt = now;

    /// <summary>Notes that it failed.</summary>
    /// <returns><see langword="false"/> if it failed already and is still paused: that needs no second line in the log.</returns>
    internal bool Fail(long now)
    {
        if (Left(now) is not null)
        {
            return false;
        }

        bool ranWell = _startedAt != long.MinValue && now - _startedAt >= Ticks(RanWell);
        _pause = _pause == TimeSpan.Zero || ranWell ? First : _pause * 2 < Longest ? _pause * 2 : Longest;
        _until = now + Ticks(_pause);
        return true;
    }

    /// <summary>How much longer it is left alone; <see langword="null"/>: it may be started.</summary>
    internal TimeSpan? Left(long now) => now < _until ? TimeSpan.FromSeconds((_until - now) / (double)ticksPerSecond) : null;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * ticksPerSecond);
}
