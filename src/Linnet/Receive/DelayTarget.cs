namespace Linnet.Receive;

/// <summary>
/// How long packets should wait between arrival and play-out: as long as the latest of them need, within the profile's bounds.
/// </summary>
/// <remarks>
/// Two memories, in half seconds of which each remembers its latest packet. The short one is of the last 4 s, and grows at once with the
/// first packet that comes too late; alone it would be back soon, for that was a spike. The long one is of the last 24 s and leaves the
/// worst two half seconds out: what happens more often is a trend, and stays for as long. What comes later than <c>most</c> could not be
/// waited for, so it says nothing; and what never comes says nothing either: loss alone grows no buffer.
/// Written by the network's thread, read by any.
/// </remarks>
internal sealed class DelayTarget
{
    private const double SlotSeconds = 0.5;
    private const int Spike = 8;
    private const int Recent = 16;
    private const int Trend = 48;
    private const int Spared = 2;

    // How much is added to what was seen, besides what the resampler looks ahead.
    private const int MarginShare = 16;
    private const double MarginSeconds = 0.0002;

    private readonly long[] _latest = new long[Trend];
    private readonly long[] _sorted = new long[Trend];
    private readonly long _base;
    private readonly long _most;
    private readonly long _leastMargin;
    private readonly long _slotTicks;
    private int _slot;
    private long _slotEnds = long.MinValue;
    private long _spike;
    private long _trend;
    private long _floor;
    private long _margin;
    private long _ticks;

    /// <param name="least">The least, in ticks.</param>
    /// <param name="most">The most.</param>
    /// <param name="ticksPerSecond"><see cref="TimeProvider.TimestampFrequency"/>.</param>
    internal DelayTarget(long least, long most, long ticksPerSecond)
    {
        _base = _ticks = least;
        _most = most;
        _leastMargin = _margin = (long)(MarginSeconds * ticksPerSecond);
        _slotTicks = (long)(SlotSeconds * ticksPerSecond);
    }

    /// <summary>The wait that is wanted now.</summary>
    internal long Ticks => Volatile.Read(ref _ticks);

    /// <summary>The least that it is.</summary>
    internal long Least => _base;

    /// <summary>The most that it can become.</summary>
    internal long Most => _most;

    /// <summary>How late packets come, the two worst of the last 48 half seconds left out.</summary>
    internal long Lateness => Volatile.Read(ref _trend);

    /// <summary>
    /// What somebody else needs at least: who repairs, the time for a packet to be asked for again. May be set by any thread.
    /// </summary>
    internal long Floor
    {
        get => Volatile.Read(ref _floor);
        set => Volatile.Write(ref _floor, value);
    }

    /// <summary>How long before its time play-out needs sound, because its filter looks ahead. Set before packets come.</summary>
    internal long LookAhead
    {
        set
        {
            Volatile.Write(ref _margin, value + _leastMargin);
            Decide();
        }
    }

    /// <summary>Takes one arrival into account.</summary>
    /// <param name="delay">By how much it came later than undelayed.</param>
    /// <param name="arrivedAt">When.</param>
    internal void Observe(long delay, long arrivedAt)
    {
        if (arrivedAt >= _slotEnds)
        {
            // As with the play-out timeline: time in which nothing arrives ages nothing.
            _slotEnds = arrivedAt + _slotTicks;
            _slot = (_slot + 1) % Trend;
            _latest[_slot] = 0;
            Remember();
        }

        if (delay <= _most)
        {
            _latest[_slot] = Math.Max(_latest[_slot], delay);
            _spike = Math.Max(_spike, delay);
        }

        Decide();
    }

    /// <summary>
    /// The path has become longer by so much: what came in the last 8 s came on it, and was less delayed. Of a shorter one nothing follows.
    /// </summary>
    internal void Shift(long ticks)
    {
        for (int i = 0; ticks > 0 && i < Recent; i++)
        {
            ref long latest = ref _latest[(_slot - i + Trend) % Trend];
            latest = Math.Max(latest - ticks, 0);
        }

        Remember();
        Decide();
    }

    private void Decide()
    {
        long seen = Math.Max(_spike, _trend);
        long wanted = Math.Max(Math.Max(_base, Floor), seen + (seen / MarginShare) + _margin);
        Volatile.Write(ref _ticks, Math.Min(wanted, _most));
    }

    private void Remember()
    {
        _spike = 0;
        for (int i = 0; i < Spike; i++)
        {
            _spike = Math.Max(_spike, _latest[(_slot - i + Trend) % Trend]);
        }

        _latest.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        Volatile.Write(ref _trend, _sorted[Trend - 1 - Spared]);
    }
}
