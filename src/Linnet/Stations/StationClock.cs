using Linnet.Clock;

namespace Linnet.Stations;

/// <summary>
/// Computes when each frame of a station's source is due: follows a live source, and steps if a file or a pipe is too late. Pure: the
/// caller passes the instants.
/// </summary>
/// <remarks>
/// Written by one thread; <see cref="Timeline"/>, <see cref="Position"/> and <see cref="Resets"/> may be read by any.
/// </remarks>
internal sealed class StationClock
{
    /// <summary>Share of a live source's timing error that is corrected with each block: follows its clock, smooths its jitter.</summary>
    private const double LiveGain = 1.0 / 256;

    private readonly int _sampleRate;
    private readonly long _ticksPerSecond;
    private readonly long _maxLateness;
    private readonly bool _isLive;
    private readonly LiveClock _stalls;
    private long _epoch;
    private long _position;
    private long _stock;
    private long _firstReadAt;
    private long _resets;

    /// <summary>Creates a clock at position 0.</summary>
    /// <param name="sampleRate">Frames per second of the source.</param>
    /// <param name="ticksPerSecond">Ticks per second of all instants.</param>
    /// <param name="maxLateness">How late sound may come before the clock is reset.</param>
    /// <param name="isLive">Whether the source gives sound as it is captured; then the clock follows the source.</param>
    /// <param name="now">When position 0 is due, until <see cref="Start"/> says otherwise.</param>
    internal StationClock(int sampleRate, long ticksPerSecond, TimeSpan maxLateness, bool isLive, long now)
    {
        _sampleRate = sampleRate;
        _ticksPerSecond = ticksPerSecond;
        _maxLateness = maxLateness.InTicks(ticksPerSecond);
        _isLive = isLive;
        _stalls = new LiveClock(_maxLateness, ticksPerSecond);
        _epoch = now;
    }

    /// <summary>The map from the source's positions to time.</summary>
    internal MediaTimeline Timeline => new(Volatile.Read(ref _epoch), _sampleRate, _ticksPerSecond);

    /// <summary>Position of the next frame to read.</summary>
    internal long Position => Volatile.Read(ref _position);

    /// <summary>When the next frame to read is due.</summary>
    internal long NextDueAt => Timeline.DueAt(_position);

    /// <summary>How often sound came so late that the clock was reset.</summary>
    internal long Resets => Volatile.Read(ref _resets);

    /// <summary>Starts the station.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="stock">Ticks of sound that are due already: the station starts as if it had played for this long.</param>
    internal void Start(long now, long stock)
    {
        _stock = stock;
        Volatile.Write(ref _epoch, now - stock);
    }

    /// <summary>How many of the frames read are due by <paramref name="now"/>.</summary>
    internal long DuePosition(long now) => Math.Max(0, Math.Min(Position, Timeline.PositionAt(now)));

    /// <summary>Accounts for a block that was just read, and corrects the clock by its arrival.</summary>
    /// <param name="frames">Frames in the block.</param>
    /// <param name="pace">How much faster than nominal the sound comes; 0: the source follows this clock.</param>
    /// <param name="soundLost">Whether the source says that sound is missing before the block.</param>
    /// <param name="now">When it was read.</param>
    internal ClockChange Advance(int frames, double pace, bool soundLost, long now)
    {
        // The last frame of a live block arrives when it is captured.
        ClockChange change = _isLive
            ? FollowLive(now - Timeline.DueAt(_position + frames), now, soundLost)
            : CheckLateness(Timeline.DueAt(_position), now, soundLost);
        if (!_isLive && pace != 0)
        {
            // The sender has its own clock: its second is a little shorter or longer than ours.
            Step(-(long)(pace * frames / _sampleRate * _ticksPerSecond));
            change = change with { IsAdjusted = true };
        }

        Volatile.Write(ref _position, _position + frames);
        return change;
    }

    private ClockChange CheckLateness(long due, long now, bool soundLost)
    {
        if (_position == 0)
        {
            _firstReadAt = now;
        }

        // The stock at the station's start was due before the start, and reading it may take as long as it lasts.
        _stock = due < now ? _stock : 0;
        if (_position == 0 && now - _stock > due)
        {
            Step(now - _stock - due);
            return new ClockChange { IsStep = true, SoundLost = soundLost };
        }

        if (now - Math.Max(due, _firstReadAt) > Math.Max(_maxLateness, _stock))
        {
            return Reset(now - due, soundLost);
        }

        return new ClockChange { IsStep = soundLost, SoundLost = soundLost };
    }

    private ClockChange FollowLive(long error, long now, bool soundLost)
    {
        if (_position == 0)
        {
            Step(error);
            return new ClockChange { IsStep = true, SoundLost = soundLost };
        }

        // After a loss the clock steps once the source is stable again; the missing sound is reported now.
        Stall? over = _stalls.Observe(error, now, soundLost);
        var change = new ClockChange { IsStep = soundLost, SoundLost = soundLost };
        if (over is { } stall)
        {
            if (!stall.MustStep)
            {
                return change with { Stalled = stall.Late };
            }

            if (!stall.IsExplained)
            {
                return Reset(stall.Lasting, soundLost);
            }

            Step(stall.Lasting);
            return change with { IsStep = true };
        }

        if (!_stalls.IsWatching)
        {
            Step((long)(error * LiveGain));
            return change with { IsAdjusted = true };
        }

        return change;
    }

    private ClockChange Reset(long late, bool soundLost)
    {
        Step(late);
        Volatile.Write(ref _resets, _resets + 1);
        return new ClockChange { IsStep = true, SoundLost = soundLost, Late = late };
    }

    private void Step(long ticks) => Volatile.Write(ref _epoch, _epoch + ticks);
}

/// <summary>The change of a station's clock by a block that was read.</summary>
internal readonly record struct ClockChange
{
    /// <summary>Whether a new timeline holds from this block on, or sound is missing before it; listeners are told.</summary>
    internal bool IsStep { get; init; }

    /// <summary>Whether the timeline moved by an amount too small to report.</summary>
    internal bool IsAdjusted { get; init; }

    /// <summary>Whether sound is missing before this block.</summary>
    internal bool SoundLost { get; init; }

    /// <summary>How late sound came, in ticks, if the clock was reset because of that.</summary>
    internal long? Late { get; init; }

    /// <summary>How long a live source stalled, in ticks, if it then delivered all the sound it had kept.</summary>
    internal long? Stalled { get; init; }
}
