namespace Linnet.Receive;

/// <summary>
/// How long packets should wait between arrival and playback: long enough for late packets, within the profile's bounds.
/// </summary>
/// <remarks>
/// Two windows of half-second slots, each slot with its latest packet. The short window covers 4 s. It grows as soon as a packet is too
/// late; alone it would shrink soon after a single spike. The long window covers 24 s and ignores its two worst slots: lateness that
/// occurs more often is a trend and counts for the whole window. Packets later than <c>most</c> are ignored, because no buffer could
/// wait for them. So are lost packets: loss alone never grows the buffer. Written by the network thread, read by any.
/// </remarks>
internal sealed class DelayTarget
{
    private const double SlotSeconds = 0.5;
    private const int Spike = 8;
    private const int Recent = 16;
    private const int Trend = 48;
    private const int Spared = 2;

    // The margin added to the observed lateness, besides the resampler's look-ahead.
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

    /// <param name="least">The shortest delay, in ticks.</param>
    /// <param name="most">The longest delay, in ticks.</param>
    /// <param name="ticksPerSecond"><see cref="TimeProvider.TimestampFrequency"/>.</param>
    internal DelayTarget(long least, long most, long ticksPerSecond)
    {
        _base = _ticks = least;
        _most = most;
        _leastMargin = _margin = (long)(MarginSeconds * ticksPerSecond);
        _slotTicks = (long)(SlotSeconds * ticksPerSecond);
    }

    /// <summary>The target delay, in ticks.</summary>
    internal long Ticks => Volatile.Read(ref _ticks);

    /// <summary>The shortest target, in ticks.</summary>
    internal long Least => _base;

    /// <summary>The longest target, in ticks.</summary>
    internal long Most => _most;

    /// <summary>How late packets are, in ticks, ignoring the two worst of the last 48 half seconds.</summary>
    internal long Lateness => Volatile.Read(ref _trend);

    /// <summary>
    /// The least delay that another component needs, in ticks: repair needs time for a retransmission. May be set by any thread.
    /// </summary>
    internal long Floor
    {
        get => Volatile.Read(ref _floor);
        set => Volatile.Write(ref _floor, value);
    }

    /// <summary>How early playback needs the audio, because its filter looks ahead, in ticks. Set before the first packet.</summary>
    internal long LookAhead
    {
        set
        {
            Volatile.Write(ref _margin, value + _leastMargin);
            Decide();
        }
    }

    /// <summary>Records one arrival.</summary>
    /// <param name="delay">How much later than undelayed the packet arrived, in ticks.</param>
    /// <param name="arrivedAt">When it arrived.</param>
    internal void Observe(long delay, long arrivedAt)
    {
        if (arrivedAt >= _slotEnds)
        {
            // As in the play-out timeline, time without arrivals does not age anything.
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
    /// Adjusts to a longer path: packets of the last 8 s came over it, so they were less delayed than recorded. A shorter path changes
    /// nothing.
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
