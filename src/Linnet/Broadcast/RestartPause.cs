using Linnet.Clock;

namespace Linnet.Broadcast;

/// <summary>
/// How long to wait before restarting something that failed: longer after each failure, and reset once it ran well. Pure: the caller passes
/// the time. Not thread-safe.
/// </summary>
/// <param name="ticksPerSecond">Frequency of the ticks.</param>
internal sealed class RestartPause(long ticksPerSecond)
{
    /// <summary>The first pause. Each later one is twice as long.</summary>
    internal static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause: a listener that waits for it tries again about once a minute.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>A run of this length counts as good: the next failure starts with the first pause again.</summary>
    internal static readonly TimeSpan RanWell = TimeSpan.FromSeconds(60);

    private TimeSpan _pause;
    private long _startedAt = long.MinValue;
    private long _until = long.MinValue;

    /// <summary>The pause after the last failure.</summary>
    internal TimeSpan Length => _pause;

    /// <summary>Records a start.</summary>
    internal void Start(long now) => _startedAt = now;

    /// <summary>Records a failure.</summary>
    /// <returns><see langword="false"/> if it has already failed and is still paused: that needs no second log line.</returns>
    internal bool Fail(long now)
    {
        if (Left(now) is not null)
        {
            return false;
        }

        bool ranWell = _startedAt != long.MinValue && now - _startedAt >= RanWell.InTicks(ticksPerSecond);
        _pause = _pause == TimeSpan.Zero || ranWell ? First : _pause * 2 < Longest ? _pause * 2 : Longest;
        _until = now + _pause.InTicks(ticksPerSecond);
        return true;
    }

    /// <summary>The rest of the pause; <see langword="null"/> if it may be started.</summary>
    internal TimeSpan? Left(long now) => now < _until ? TimeSpan.FromSeconds((_until - now) / (double)ticksPerSecond) : null;
}
