namespace Linnet.Receive.Repair;

/// <summary>How long it takes from asking the sender until the answer is here.</summary>
/// <remarks>
/// Smoothed, with its variation, as TCP does (RFC 6298 §2). Samples come from extended reports, and from packets that were asked for
/// exactly once: of others it cannot be known which asking was answered (Karn).
/// </remarks>
internal sealed class RoundTripEstimate(long ticksPerSecond)
{
    private const double LongestSeconds = 10;
    private const double LeastMarginSeconds = 0.002;

    private bool _hasSample;
    private double _smoothed = double.NaN;
    private double _variation;

    /// <summary>In ticks; <see langword="null"/> before anything is known.</summary>
    internal long? Ticks => Volatile.Read(ref _smoothed) is var smoothed && double.IsNaN(smoothed) ? null : (long)smoothed;

    /// <summary>
    /// When an answer that has not come is not to be expected any more, in ticks after the asking; a guess before anything is known.
    /// </summary>
    internal long RetryAfter
    {
        get
        {
            double smoothed = double.IsNaN(_smoothed) ? 0.05 * ticksPerSecond : _smoothed;
            return (long)(smoothed + Math.Max(LeastMarginSeconds * ticksPerSecond, 4 * _variation));
        }
    }

    /// <summary>Takes what another way suggests: good until the first sample.</summary>
    internal void Hint(long ticks)
    {
        if (!_hasSample && IsSane(ticks))
        {
            Volatile.Write(ref _smoothed, ticks);
            _variation = ticks / 8.0;
        }
    }

    /// <summary>Takes a measurement.</summary>
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
