namespace Linnet.Sources.Ingest;

/// <summary>
/// Computes how fast to play a sender with its own clock, so that the buffer stays near its target: a PLL on the fill level. Pure.
/// </summary>
/// <remarks>
/// Senders write in bursts (ffmpeg an Ogg page at a time, one second), so the fill level is a sawtooth; two low-pass filters extract its
/// mean. The loop is critically damped and slow: it locks to a sender that is 200 ppm off within some minutes, at the cost of 24 ms. If a
/// sender starts with seconds of sound at once, the surplus is used up at <see cref="MaxHaste"/> at most. The rate never jumps: it changes
/// by at most 20 ppm per second.
/// </remarks>
/// <param name="target">Target fill level in seconds.</param>
internal sealed class IngestClock(double target)
{
    /// <summary>The largest rate change due to the fill level alone.</summary>
    internal const double MaxHaste = 300e-6;

    /// <summary>The largest clock error that a sender is assumed to have.</summary>
    internal const double MaxDrift = 500e-6;

    private const double FilterSeconds = 10;
    private const double Gain = 1.0 / 120;
    private const double MaxChange = 20e-6;

    private double _first;
    private double _second;
    private double _drift;
    private bool _isFresh = true;

    /// <summary>How much faster than nominal to play, as a fraction.</summary>
    internal double Pace { get; private set; }

    /// <summary>Starts over for a new sender, or for the same one again. Keeps the rate, which may still be right.</summary>
    internal void Restart() => _isFresh = true;

    /// <summary>Updates the rate from the fill level.</summary>
    /// <param name="fill">Fill level in seconds.</param>
    /// <param name="isHeld">Whether the sender waits for us, because it is faster than real time: then it follows our clock.</param>
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

    /// <summary>Call it while the sender is not playing: the rate returns to nominal.</summary>
    internal void Rest(double elapsed) => Approach(0, elapsed);

    private void Approach(double pace, double elapsed) => Pace += Math.Clamp(pace - Pace, -MaxChange * elapsed, MaxChange * elapsed);
}
