namespace Linnet.Receive.Repair;

/// <summary>Estimates the time from a request to the sender until its answer arrives.</summary>
/// <remarks>
/// Smoothed, with its variation, like TCP (RFC 6298 §2). Samples come from extended reports, and from packets that were requested
/// exactly once: otherwise it is unknown which request was answered (Karn's algorithm).
/// </remarks>
internal sealed class RoundTripEstimate(long ticksPerSecond)
{
    private const double LongestSeconds = 10;
    private const double LeastMarginSeconds = 0.002;

    private bool _hasSample;
    private double _smoothed = double.NaN;
    private double _variation;

    /// <summary>The estimate in ticks; <see langword="null"/> until known.</summary>
    internal long? Ticks => Volatile.Read(ref _smoothed) is var smoothed && double.IsNaN(smoothed) ? null : (long)smoothed;

    /// <summary>
    /// How long after a request, in ticks, its answer is no longer expected; a guess before anything is known.
    /// </summary>
    internal long RetryAfter
    {
        get
        {
            double smoothed = double.IsNaN(_smoothed) ? 0.05 * ticksPerSecond : _smoothed;
            return (long)(smoothed + Math.Max(LeastMarginSeconds * ticksPerSecond, 4 * _variation));
        }
    }

    /// <summary>Sets an estimate from another source, until the first sample.</summary>
    internal void Hint(long ticks)
    {
        if (!_hasSample && IsSane(ticks))
        {
            Volatile.Write(ref _smoothed, ticks);
            _variation = ticks / 8.0;
        }
    }

    /// <summary>Adds a measurement.</summary>
    internal void Sample(long ticks)
    {
        if (!IsSane(ticks))
        {
            return;
        }

        if (!_hasSample)
        {
            _hasSample = true;
            _variation = ticks / 8.0;
            Volatile.Write(ref _smoothed, ticks);
            return;
        }

        _variation += (Math.Abs(ticks - _smoothed) - _variation) / 4;
        Volatile.Write(ref _smoothed, _smoothed + ((ticks - _smoothed) / 8));
    }

    private bool IsSane(long ticks) => ticks >= 0 && ticks <= LongestSeconds * ticksPerSecond;
}
