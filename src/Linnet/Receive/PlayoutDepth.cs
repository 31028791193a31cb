using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>How far behind undelayed arrival the sound is played, and how that follows what is wanted without being heard.</summary>
/// <remarks>
/// Longer or shorter by whole periods of the pitch where sound is like itself, by any length in silence, and longer by what was missing
/// when packets came too late. The longer a change is wanted, the less alike the two ends must be; what is less than a period, and what
/// waits, is left to a little pitch. Used by the device's thread; allocates nothing.
/// </remarks>
internal sealed class PlayoutDepth(PlayoutDecoder decoder, DelayTarget target, MediaTimeline media)
{
    // Longer is urgent, and so is what is more than may be: a fifth of the time. Else shorter takes its time, unless there is very much to
    // it.
    private const int UrgentPause = 4;
    private const int ShrinkPause = 20;
    private const int HurriedPause = 10;
    private const int HurriedMs = 200;

    // What nobody would sit out: the path was far longer for a while.
    private const int MostExcessMs = 500;
    private const int RetryMs = 10;

    private const double FirstLikeness = 0.92;
    private const double LastLikeness = 0.4;
    private const double LessPerSecond = 0.15;

    // Pitch that nobody hears and that leaves room for as much drift again; from a millisecond until it is gone.
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

    /// <summary>How far behind, in ticks; what the device holds comes on top.</summary>
    internal long Ticks => Volatile.Read(ref _ticks);

    /// <summary>How far behind is wanted.</summary>
    internal long Wanted => target.Ticks;

    /// <summary>Whether it is so much too far behind that only a jump helps.</summary>
    internal bool IsLost => _ticks > target.Most + Ms(MostExcessMs);

    /// <summary>Times sound was left out or played again.</summary>
    internal long Changes => Volatile.Read(ref _changes);

    /// <summary>Frames left out or played again, together.</summary>
    internal long ChangedFrames => Volatile.Read(ref _changedFrames);

    /// <summary>Takes over the counts of the device before.</summary>
    internal void Continue(PlayoutDepth before) => (_changes, _changedFrames) = (before.Changes, before.ChangedFrames);

    /// <summary>Play-out begins anew, as far behind as is wanted.</summary>
    internal void Reset() => Volatile.Write(ref _ticks, target.Ticks);

    /// <summary>It turned out to be so much further behind.</summary>
    internal void Add(long ticks) => Volatile.Write(ref _ticks, _ticks + ticks);

    /// <summary>Sound comes next: comes nearer to what is wanted if it can be done unheard.</summary>
    /// <param name="heardAt">When.</param>
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

    /// <summary>Time passes: comes nearer by pitch.</summary>
    /// <param name="elapsed">Ticks since the last call.</param>
    /// <returns>By how much faster to play, as a fraction.</returns>
    internal double Slide(long elapsed)
    {
        long excess = _ticks - target.Ticks;
        _isSliding = Math.Abs(excess) * 1000.0 / media.TicksPerSecond > (_isSliding ? SlideToMs : SlideFromMs);
        double rate = _isSliding ? Math.Sign(excess) * SlideRate : 0;
        Add(-(long)(rate * elapsed));
        return rate;
    }

    /// <summary>Silence is played: what is wanted is had at once.</summary>
    internal void FollowInSilence()
    {
        int longer = Frames(target.Ticks - _ticks);
        decoder.Prolong(longer);
        Add(TicksOf(longer));
    }

    /// <summary>Sound has come that was filled in for: is played nevertheless, as far as is wanted.</summary>
    /// <param name="next">Its first packet.</param>
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
