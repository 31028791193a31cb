namespace Linnet.Transports.Impairments;

/// <summary>
/// Decides what happens to each datagram in one direction of a bad network. Pure: the caller provides the clock and keeps the bytes.
/// </summary>
/// <remarks>
/// <code>
/// lost? ─► damaged? doubled? ─► queue of a slow link ─► delay + jitter ─► overtaken?
/// </code>
/// All lanes share the bad periods and the slow link. Every other decision depends only on the seed, the lane and the number of earlier
/// datagrams in the lane. Not thread-safe.
/// </remarks>
internal sealed class Impairment
{
    private const int Lanes = 4;

    private readonly ImpairmentOptions _options;
    private readonly double _ticksPerSecond;
    private readonly BurstSchedule? _bursts;
    private readonly BottleneckQueue? _bottleneck;
    private readonly Lane[] _lanes = new Lane[Lanes];

    /// <param name="options">The impairment.</param>
    /// <param name="ticksPerSecond">Ticks per second of the clock for all instants.</param>
    /// <param name="direction">0 or 1: the two directions are independent.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> are invalid; the message lists the problems.</exception>
    internal Impairment(ImpairmentOptions options, long ticksPerSecond, int direction = 0)
    {
        _options = options.ThrowIfInvalid();
        _ticksPerSecond = ticksPerSecond;
        if (options.Burst > TimeSpan.Zero)
        {
            _bursts = new BurstSchedule(Ticks(options.Burst), options.Loss, new SeededLots(options.Seed, (direction << 16) | 0xFFFF));
        }

        if (options.Rate > 0)
        {
            _bottleneck = new BottleneckQueue(ticksPerSecond / options.Rate, Ticks(options.Queue));
        }

        for (int i = 0; i < Lanes; i++)
        {
            _lanes[i] = new Lane(options.Seed, (direction << 16) | (i << 8));
        }
    }

    /// <summary>Decides what happens to the next datagram.</summary>
    /// <param name="length">Bytes in the datagram.</param>
    /// <param name="now">When it is sent.</param>
    /// <param name="lane">0–3. Datagrams of one lane stay in order.</param>
    internal Fate Next(int length, long now, int lane = 0)
    {
        Lane own = _lanes[lane];
        long index = own.Taken++;
        if (_bursts?.IsBad(now) ?? (own.Loss.Even(index) < _options.Loss))
        {
            return new Fate { Drop = DropCause.Lost };
        }

        double kind = own.Kind.Even(index);
        bool isCorrupt = kind < _options.Corrupt;
        bool isDuplicate = !isCorrupt && kind < _options.Corrupt + _options.Duplicate;
        long leavesAt = now;
        long copyLeavesAt = now;
        if (_bottleneck is not null)
        {
            if (!_bottleneck.TryEnter(length, now, out leavesAt))
            {
                return new Fate { Drop = DropCause.Overflow };
            }

            // If the queue has no room for the duplicate, the duplicate is dropped.
            isDuplicate = isDuplicate && _bottleneck.TryEnter(length, now, out copyLeavesAt);
        }

        (bool isHeld, long heldFor) = isCorrupt ? default : own.Hold(_options, index, Ticks(_options.ReorderDelay));
        leavesAt = Wait(own, leavesAt, own.Jitter.Exponential(index), heldFor);
        return new Fate
        {
            LeavesAt = leavesAt,
            CopyLeavesAt = isDuplicate ? Math.Max(leavesAt, Wait(own, copyLeavesAt, own.CopyJitter.Exponential(index), heldFor)) : null,
            WaitsForNext = isHeld && heldFor == 0,
            IsHeldBack = isHeld,
            Damage = isCorrupt ? own.Damage.Bits(index) : null,
        };
    }

    private long Wait(Lane lane, long since, double jitter, long heldFor)
    {
        long at = since + (long)(Ticks(_options.Delay) + (Ticks(_options.Jitter) * Math.Min(jitter, ImpairmentOptions.MaxJitter)));
        if (_options.IsOrderLoose)
        {
            return at + heldFor;
        }

        at = Math.Max(at, lane.NewestLeavesAt);
        lane.NewestLeavesAt = at;
        return at + heldFor;
    }

    private double Ticks(TimeSpan time) => time.TotalSeconds * _ticksPerSecond;

    private sealed class Lane(int seed, int purpose)
    {
        private readonly SeededLots _reorder = new(seed, purpose | 5);
        private bool _isHolding;

        internal readonly SeededLots Loss = new(seed, purpose | 1);
        internal readonly SeededLots Kind = new(seed, purpose | 2);
        internal readonly SeededLots Jitter = new(seed, purpose | 3);
        internal readonly SeededLots CopyJitter = new(seed, purpose | 4);
        internal readonly SeededLots Damage = new(seed, purpose | 6);

        internal long Taken { get; set; }

        internal long NewestLeavesAt { get; set; } = long.MinValue;

        internal (bool IsHeld, long For) Hold(ImpairmentOptions options, long index, double delay)
        {
            if (delay > 0)
            {
                return _reorder.Even(index) < options.Reorder ? (true, (long)delay) : default;
            }

            // A held datagram waits for the next one, which must not be held too. To hold back a given share of all, hold back
            // share / (1 − share) of the others.
            _isHolding = !_isHolding && _reorder.Even(index) < options.Reorder / (1 - options.Reorder);
            return (_isHolding, 0);
        }
    }
}
