namespace Linnet.Clock;

/// <summary>Follows another machine's monotonic clock from exchanges with four times each. Pure: it reads no clock.</summary>
/// <remarks>
/// <para>
/// Each exchange confines the offset to an interval: neither the question nor the answer can have arrived before it was sent. The intervals
/// are carried forward by the least and the greatest drift that are possible, and only what all of them allow is kept. So the least delay
/// of each direction is selected, and delayed exchanges do no harm. The estimate is the middle of the interval, and the bound is half
/// of its length. It cannot fall below half the difference between the least delays of the two directions, which nobody can measure.
/// </para>
/// <para>
/// The bound holds while: both times of a machine come from one clock that only moves forward; the drift is at most
/// <see cref="MaxDriftPpm"/> and changes by at most <see cref="MaxWanderPpmPerSecond"/>; and no clock has jumped since the last exchange
/// began. A jump is seen with the first exchange after it if it is larger than the bound. Everything learned before is then forgotten. A
/// smaller change that does not fit, such as a step of the drift, also starts the measurement again, but within the same epoch.
/// </para>
/// Call it from one thread.
/// </remarks>
internal sealed class ClockSync
{
    /// <summary>The greatest drift between two clocks: quartz is better than 100 ppm, and systems slew by up to 500 ppm.</summary>
    internal const double MaxDriftPpm = 500;

    /// <summary>The fastest change of the drift: quartz that warms up changes by some 0.02 ppm/s.</summary>
    internal const double MaxWanderPpmPerSecond = 0.1;

    /// <summary>What does not fit by more than this is a jump of a clock, not a change of its rate: 5 ms.</summary>
    internal const double JumpMicroseconds = 5000;

    /// <summary>After a pause this long, an exchange counts by itself: a clock may have stopped with its machine. 60 s.</summary>
    internal const long MaxPause = 60_000_000;

    private const double Ppm = 1e-6;
    private const double MaxDrift = MaxDriftPpm * Ppm;
    private const double WanderPerMicrosecond = MaxWanderPpmPerSecond * Ppm / 1e6;

    private readonly double _slack;
    private readonly DriftAnchors _anchors = new();
    private long _base;
    private long _at;
    private Interval _offset;
    private Interval _drift = Interval.Around(0, MaxDrift);
    private int _epoch;

    /// <summary>Knows nothing yet.</summary>
    /// <param name="resolutionMicroseconds">
    /// How far our clock's readings may be from the true time: browsers round theirs. At least 0; default 1.
    /// </param>
    internal ClockSync(double resolutionMicroseconds = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(resolutionMicroseconds);
        _slack = resolutionMicroseconds + 1;
    }

    /// <summary>Exchanges that were used.</summary>
    internal long Accepted { get; private set; }

    /// <summary>Exchanges whose times cannot be true, or that ended before the last one.</summary>
    internal long Refused { get; private set; }

    /// <summary>Times that the measurement started again because something changed that was no jump.</summary>
    internal long Slips { get; private set; }

    /// <summary>The last exchange's round trip, in microseconds.</summary>
    internal long LastRoundTrip { get; private set; }

    /// <summary>Learns from an exchange. Exchanges come in the order in which they ended.</summary>
    /// <returns><see langword="false"/>: its times cannot be true, and it was ignored.</returns>
    internal bool TryAdd(ClockExchange exchange)
    {
        if (!exchange.IsPlausible || (Accepted > 0 && exchange.Returned < _at))
        {
            Refused++;
            return false;
        }

        if (Accepted == 0)
        {
            _base = exchange.Received - exchange.Sent;
        }

        long pause = exchange.Returned - _at;
        Interval own = Measure(exchange);
        if (own.Length < 0)
        {
            Refused++;
            return false;
        }

        LastRoundTrip = exchange.RoundTrip;
        if (Accepted++ == 0)
        {
            Restart(own, exchange.Returned);
            return true;
        }

        Interval predicted = OffsetAt(exchange.Returned);
        Interval both = predicted.And(own);
        _drift = DriftAt(exchange.Returned);
        _at = exchange.Returned;
        if (both.Length < 0)
        {
            Slip(own, -both.Length > JumpMicroseconds);
        }
        else if (pause > MaxPause)
        {
            _anchors.Clear();
            _offset = own;
        }
        else
        {
            _offset = both;
            Learn(own);
        }

        _anchors.Add(_at, _offset);
        return true;
    }

    /// <summary>What is known of the other clock at <paramref name="now"/> of ours; <see langword="null"/>: nothing yet.</summary>
    internal ClockEstimate? Read(long now)
    {
        if (Accepted == 0)
        {
            return null;
        }

        Interval offset = OffsetAt(now);
        Interval drift = DriftAt(now);
        return new ClockEstimate(
            _base + offset.Middle, offset.Length / 2, drift.Middle / Ppm, drift.Length / 2 / Ppm, _epoch);
    }

    /// <summary>
    /// The offset at the exchange's end, relative to the base. The two limits hold at its two ends: the other clock had not yet reached
    /// <see cref="ClockExchange.Received"/> when we sent, and was past <see cref="ClockExchange.Replied"/> when the answer arrived.
    /// </summary>
    private Interval Measure(ClockExchange exchange)
    {
        double least = exchange.Replied - exchange.Returned - _base - _slack;
        double most = exchange.Received - exchange.Sent - _base + _slack;
        return new Interval(least, most + (MaxDrift * (exchange.Returned - exchange.Sent)));
    }

    private void Learn(Interval own)
    {
        Interval drift = _anchors.Confine(_drift, _at, _offset, WanderPerMicrosecond);
        if (drift.Length < 0)
        {
            Slip(own, isJump: false);
        }
        else
        {
            _drift = drift;
        }
    }

    private void Slip(Interval own, bool isJump)
    {
        Slips += isJump ? 0 : 1;
        _epoch += isJump ? 1 : 0;
        Restart(own, _at);
    }

    private void Restart(Interval own, long at)
    {
        _anchors.Clear();
        _at = at;
        _offset = own;
        _drift = Interval.Around(0, MaxDrift);
    }

    private Interval OffsetAt(long now)
    {
        // Towards the past as well: then the fastest drift gives the least offset.
        double elapsed = now - _at;
        double spread = WanderPerMicrosecond * Math.Abs(elapsed) / 2;
        double slow = Math.Max(_drift.Least - spread, -MaxDrift) * elapsed;
        double fast = Math.Min(_drift.Most + spread, MaxDrift) * elapsed;
        return new Interval(_offset.Least + Math.Min(slow, fast), _offset.Most + Math.Max(slow, fast));
    }

    private Interval DriftAt(long now)
    {
        double spread = WanderPerMicrosecond * Math.Abs(now - _at);
        return new Interval(Math.Max(_drift.Least - spread, -MaxDrift), Math.Min(_drift.Most + spread, MaxDrift));
    }
}
