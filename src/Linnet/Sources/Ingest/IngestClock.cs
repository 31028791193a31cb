namespace Linnet.Sources.Ingest;

/// <summary>
/// Says how fast to play what somebody sends at a clock of its own, so that what waits stays near its target: a PLL over the fill. Pure.
/// </summary>
/// <remarks>
/// Senders write in bursts (ffmpeg a page of Ogg, one second, at once), so that the fill is a saw; two low-pass filters leave its mean. The
/// loop is critically damped and slow: a sender 200 ppm off is learnt in some minutes, at the cost of 24 ms. What waits beyond that,
/// because a sender began with seconds of sound at once, is used up at no more than <see cref="MaxHaste"/>. No rate jumps: 20 ppm a second
/// are the most.
/// </remarks>
/// <param name="target">Seconds that are to wait.</param>
internal sealed class IngestClock(double target)
{
    /// <summary>The most by which the fill alone may change the rate.</summary>
    internal const double MaxHaste = 300e-6;

    /// <summary>The most that a sender's clock is believed to be off.</summary>
    internal const double MaxDrift = 500e-6;

    private const double FilterSeconds = 10;
    private const double Gain = 1.0 / 120;
    private const double MaxChange = 20e-6;

    private double _first;
    private double _second;
    private double _drift;
    private bool _isFresh = true;

    /// <summary>By how much faster than nominal to play, as a fraction.</summary>
    internal double Pace { get; private set; }

    /// <summary>What is known of the sender's clock: by how much it is faster than ours.</summary>
    internal double Drift => _drift;

    /// <summary>Another sender begins, or the same one again: what waits is looked at anew. The rate it needs may be the old one.</summary>
    internal void Restart() => _isFresh = true;

    /// <summary>Looks at what waits.</summary>
    /// <param name="fill">Seconds that wait.</param>
    /// <param name="isHeld">Whether the sender waits for us, as one that is faster than real time: then its clock is ours.</param>
    /// <param name="elapsed">Seconds since the last call.</param>
    internal void Follow(double fill, bool isHeld, double elapsed)
    {
        if (isHeld)
        {
            Rest(elapsed);
            _isFresh = true;
            return;
        }

        double share = Math.Min(1, elapsed / FilterSeconds);
        _first = _isFresh ? fill : _first + (share * (fill - _first));
        _second = _isFresh ? fill : _second + (share * (_first - _second));
        _isFresh = false;

        double error = _second - target;
        double haste = Math.Clamp(Gain * error, -MaxHaste, MaxHaste);
        if (Math.Abs(Gain * error) < MaxHaste)
        {
            _drift = Math.Clamp(_drift + (Gain * Gain / 4 * error * elapsed), -MaxDrift, MaxDrift);
        }

        Approach(haste + _drift, elapsed);
    }

    /// <summary>Nothing of the sender is played: the rate goes back to nominal.</summary>
    internal void Rest(double elapsed) => Approach(0, elapsed);

    private void Approach(double pace, double elapsed) => Pace += Math.Clamp(pace - Pace, -MaxChange * elapsed, MaxChange * elapsed);
}
