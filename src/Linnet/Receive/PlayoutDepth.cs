using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>The delay between undelayed arrival and playback, and how it inaudibly follows the target.</summary>
/// <remarks>
/// Where the audio repeats itself, the delay changes by whole pitch periods. In silence it changes by any amount. When packets were too
/// late, it grows by the missing time. The longer a change is pending, the less similar the two ends must be. Differences of less than
/// a period, and pending changes, are reduced by a slight change of pitch. Used by the device thread; allocates nothing.
/// </remarks>
internal sealed class PlayoutDepth(PlayoutDecoder decoder, DelayTarget target, MediaTimeline media)
{
    // The pause after a change, as a multiple of its length. Urgent: growing, or shrinking from above the maximum; a fifth of the time is
    // then changed. Hurried: more than HurriedMs above the target.
    private const int UrgentPause = 4;
    private const int ShrinkPause = 20;
    private const int HurriedPause = 10;
    private const int HurriedMs = 200;

    // Too large to shrink slowly: the path was far longer for a while.
    private const int MostExcessMs = 500;
    private const int RetryMs = 10;

    private const double FirstLikeness = 0.92;
    private const double LastLikeness = 0.4;
    private const double LessPerSecond = 0.15;

    // An inaudible change of pitch that leaves room for as much drift. Applied from a difference of 1 ms until it is gone.
    private const double SlideRate = 0.0004;
    private const double SlideFromMs = 1;
    private const double SlideToMs = 0.1;

    private long _ticks = target.Ticks;
    private bool _isSliding;
    private long _notBefore = long.MinValue;
    private long? _wantedSince;
    private int _direction;
    private long _changes;
    private long _changedFrames;

    /// <summary>The delay in ticks, without the device's own.</summary>
    internal long Ticks => Volatile.Read(ref _ticks);

    /// <summary>The target delay, in ticks.</summary>
    internal long Wanted => target.Ticks;

    /// <summary>Whether the delay is so far above the maximum that only a jump helps.</summary>
    internal bool IsLost => _ticks > target.Most + Ms(MostExcessMs);

    /// <summary>How often audio was skipped or repeated.</summary>
    internal long Changes => Volatile.Read(ref _changes);

    /// <summary>Frames skipped or repeated in total.</summary>
    internal long ChangedFrames => Volatile.Read(ref _changedFrames);

    /// <summary>Continues the counts of the previous device.</summary>
    internal void Continue(PlayoutDepth before) => (_changes, _changedFrames) = (before.Changes, before.ChangedFrames);

    /// <summary>Sets the delay to the target when playback begins again.</summary>
    internal void Reset() => Volatile.Write(ref _ticks, target.Ticks);

    /// <summary>Adds ticks to the delay, after a measurement.</summary>
    internal void Add(long ticks) => Volatile.Write(ref _ticks, _ticks + ticks);

    /// <summary>Call before audio plays: changes the delay towards the target if that is inaudible.</summary>
    /// <param name="heardAt">When the audio will play.</param>
    internal void Follow(long heardAt)
    {
        long excess = _ticks - target.Ticks;
        int direction = Math.Sign(excess);
        int frames = Frames(Math.Abs(excess));
        if (frames == 0 || (direction > 0 && frames < decoder.ShortestSplice) || frames < decoder.ShortestSplice / 4)
        {
            _wantedSince = null;
            return;
        }

        if (_wantedSince is null || direction != _direction)
        {
            (_wantedSince, _direction) = (heardAt, direction);
        }

        if (heardAt < _notBefore)
        {
            return;
        }

        double waited = (double)(heardAt - _wantedSince.Value) / media.TicksPerSecond;
        double likeness = Math.Max(LastLikeness, FirstLikeness - (LessPerSecond * waited));
        int step = decoder.Splice(direction, direction > 0 ? frames : int.MaxValue, (float)likeness);
        if (step == 0)
        {
            _notBefore = heardAt + Ms(RetryMs);
            return;
        }

        int pause = direction < 0 || _ticks > target.Most ? UrgentPause : excess > Ms(HurriedMs) ? HurriedPause : ShrinkPause;
        _notBefore = heardAt + (pause * TicksOf(Math.Abs(step)));
        _wantedSince = heardAt;
        Add(-TicksOf(step));
        Count(step);
    }

    /// <summary>Call as time passes: changes the delay towards the target by pitch.</summary>
    /// <param name="elapsed">Ticks since the last call.</param>
    /// <returns>How much faster to play, as a fraction.</returns>
    internal double Slide(long elapsed)
    {
        long excess = _ticks - target.Ticks;
        _isSliding = Math.Abs(excess) * 1000.0 / media.TicksPerSecond > (_isSliding ? SlideToMs : SlideFromMs);
        double rate = _isSliding ? Math.Sign(excess) * SlideRate : 0;
        Add(-(long)(rate * elapsed));
        return rate;
    }

    /// <summary>Call in silence: sets the delay to the target at once.</summary>
    internal void FollowInSilence()
    {
        int longer = Frames(target.Ticks - _ticks);
        decoder.Prolong(longer);
        Add(TicksOf(longer));
    }

    /// <summary>Call when audio arrives that was filled in: plays it nevertheless, as far as the target allows.</summary>
    /// <param name="next">The first packet of that audio.</param>
    internal void Forgive(in BufferedPacket next)
    {
        long overdue = decoder.Position - next.Position;
        long back = Math.Min(overdue, Frames(target.Ticks - _ticks));
        if (next.Stream == decoder.Stream && back > 0)
        {
            decoder.GoBack((int)back, overdue);
            Add(TicksOf(back));
        }
    }

    private void Count(int step)
    {
        Volatile.Write(ref _changes, _changes + 1);
        Volatile.Write(ref _changedFrames, _changedFrames + Math.Abs(step));
    }

    private long Ms(int ms) => ms * media.TicksPerSecond / 1000;

    private int Frames(long ticks) => (int)(ticks * media.SampleRate / media.TicksPerSecond);

    private long TicksOf(long frames) => frames * media.TicksPerSecond / media.SampleRate;
}
