using Linnet.Transports.Rtp;

namespace Linnet.Transports.Rtsp;

/// <summary>Limits how much of the server's time one connection may use. Used by one task.</summary>
/// <remarks>
/// A unit is a message or a frame, a read that returned data, or a KiB of data: each costs a few microseconds. A listener sends a few
/// reports a second and fewer requests, so more than the budget is a flood.
/// </remarks>
/// <param name="perSecond">Units per second, on average.</param>
/// <param name="ticksPerSecond">Ticks per second of the clock.</param>
internal sealed class WorkBudget(int perSecond, long ticksPerSecond)
{
    /// <summary>The burst, in seconds' worth of units: after a short interruption everything arrives at once.</summary>
    internal const int Burst = 4;

    private const int BytesPerUnit = 1024;

    private readonly RepairBudget _budget = new(perSecond, (double)perSecond * Burst, ticksPerSecond);
    private long _bytes;

    /// <summary>Counts a read of so many new bytes.</summary>
    /// <returns><see langword="false"/> if the budget is exceeded.</returns>
    internal bool TryRead(long bytes, long now)
    {
        _bytes += bytes;
        (long whole, _bytes) = Math.DivRem(_bytes, BytesPerUnit);
        return TryTake(1 + (int)Math.Min(whole, int.MaxValue / 2), now);
    }

    /// <summary>Counts a message or a frame.</summary>
    /// <returns><see langword="false"/> if the budget is exceeded.</returns>
    internal bool TryTakeMessage(long now) => TryTake(1, now);

    private bool TryTake(int units, long now) => _budget.TryTake(units, now);
}
