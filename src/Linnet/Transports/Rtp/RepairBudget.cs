namespace Linnet.Transports.Rtp;

/// <summary>How many bytes may be sent again to one listener: a share of the rendition's bit rate, and some in advance.</summary>
/// <remarks>A token bucket. It is what keeps a forged NACK from making the server flood whoever it names.</remarks>
/// <param name="bitsPerSecond">The rendition's.</param>
/// <param name="ticksPerSecond">Of the instants.</param>
internal sealed class RepairBudget(int bitsPerSecond, long ticksPerSecond)
{
    /// <summary>The share that may be sent again. Enough where bursts take a fifth of the time, whichever way they go.</summary>
    internal const double Share = 0.75;

    /// <summary>Sound whose packets may be sent again at once.</summary>
    internal static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(500);

    // Low rates have large packets for their rate.
    private const int LeastBurst = 4 * 1500;

    private readonly double _bytesPerTick = bitsPerSecond / 8.0 * Share / ticksPerSecond;
    private readonly double _burst = Math.Max(LeastBurst, bitsPerSecond / 8.0 * Burst.TotalSeconds);
    private double _bytes = double.NaN;
    private long _at;

    /// <summary>Takes so many bytes, if there are as many.</summary>
    internal bool TryTake(int bytes, long now)
    {
        _bytes = double.IsNaN(_bytes) ? _burst : Math.Min(_burst, _bytes + (Math.Max(0, now - _at) * _bytesPerTick));
        _at = now;
        if (_bytes < bytes)
        {
            return false;
        }

        _bytes -= bytes;
        return true;
    }
}
