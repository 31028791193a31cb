namespace Linnet.Transports.Rtp;

/// <summary>Limits what one listener may use, at once and over time. A token bucket.</summary>
/// <param name="perSecond">Units gained per second.</param>
/// <param name="most">The most units saved up; also the initial amount.</param>
/// <param name="ticksPerSecond">Ticks per second of the clock.</param>
internal sealed class RepairBudget(double perSecond, double most, long ticksPerSecond)
{
    /// <summary>
    /// Resent bytes, as a share of a rendition's bit rate. Enough if bursts of loss take a fifth of the time, in either direction.
    /// </summary>
    internal const double Share = 0.75;

    /// <summary>The duration of audio whose packets may be resent at once.</summary>
    internal static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(500);

    /// <summary>Repair requests handled per second: twice what our receiver sends.</summary>
    internal const int RequestsPerSecond = 200;

    /// <summary>Repair requests handled in one burst.</summary>
    internal const int MostRequests = 400;

    // Low bit rates have packets that are large for their rate.
    private const int LeastBurst = 4 * 1500;

    private double _left = double.NaN;
    private long _at;

    /// <summary>Creates a budget of resent bytes. It keeps a forged NACK from making the server flood a third party.</summary>
    /// <param name="bitsPerSecond">The rendition's bit rate.</param>
    /// <param name="ticksPerSecond">Ticks per second of the clock.</param>
    internal static RepairBudget OfBytes(int bitsPerSecond, long ticksPerSecond) =>
        new(bitsPerSecond / 8.0 * Share, Math.Max(LeastBurst, bitsPerSecond / 8.0 * Burst.TotalSeconds), ticksPerSecond);

    /// <summary>Creates a budget of requests. It keeps a flood of them from slowing the thread that sends to all listeners.</summary>
    internal static RepairBudget OfRequests(long ticksPerSecond) => new(RequestsPerSecond, MostRequests, ticksPerSecond);

    /// <summary>Takes units from the budget, if there are enough.</summary>
    internal bool TryTake(int wanted, long now)
    {
        _left = double.IsNaN(_left) ? most : Math.Min(most, _left + (Math.Max(0, now - _at) * perSecond / ticksPerSecond));
        _at = now;
        if (_left < wanted)
        {
            return false;
        }

        _left -= wanted;
        return true;
    }
}
