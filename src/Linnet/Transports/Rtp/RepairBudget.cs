namespace Linnet.Transports.Rtp;

/// <summary>How much one listener may have at once, and over time. A token bucket.</summary>
/// <param name="perSecond">What it gets in a second.</param>
/// <param name="most">What it may save up, and has at first.</param>
/// <param name="ticksPerSecond">Of the instants.</param>
internal sealed class RepairBudget(double perSecond, double most, long ticksPerSecond)
{
    /// <summary>
    /// The share of a rendition's bit rate that may be sent again. Enough where bursts take a fifth of the time, whichever way they go.
    /// </summary>
    internal const double Share = 0.75;

    /// <summary>Sound whose packets may be sent again at once.</summary>
    internal static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(500);

    /// <summary>Requests a second that are looked at: twice what a receiver of ours sends.</summary>
    internal const int RequestsPerSecond = 200;

    /// <summary>Requests that are looked at on top of it.</summary>
    internal const int MostRequests = 400;

    // Low rates have large packets for their rate.
    private const int LeastBurst = 4 * 1500;

    private double _left = double.NaN;
    private long _at;

    /// <summary>In bytes that are sent again. It is what keeps a forged NACK from making the server flood whoever it names.</summary>
    /// <param name="bitsPerSecond">The rendition's.</param>
    /// <param name="ticksPerSecond">Of the instants.</param>
    internal static RepairBudget OfBytes(int bitsPerSecond, long ticksPerSecond) =>
        new(bitsPerSecond / 8.0 * Share, Math.Max(LeastBurst, bitsPerSecond / 8.0 * Burst.TotalSeconds), ticksPerSecond);

    /// <summary>In requests. It is what keeps a flood of them from the thread that sends to everybody.</summary>
    internal static RepairBudget OfRequests(long ticksPerSecond) => new(RequestsPerSecond, MostRequests, ticksPerSecond);

    /// <summary>Takes so much, if there is as much.</summary>
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
