using Linnet.Transports.Rtp;

namespace Linnet.Transports.Rtsp;

/// <summary>How much of the server's time one connection may take. One task's own.</summary>
/// <remarks>
/// A unit is a message or a frame, a read that brought something, or a KiB of what was read: each costs a few microseconds. A listener
/// reports some times in a second and asks still less, so what goes beyond is a flood.
/// </remarks>
/// <param name="perSecond">Units in a second, over time.</param>
/// <param name="ticksPerSecond">Of the instants.</param>
internal sealed class WorkBudget(int perSecond, long ticksPerSecond)
{
    /// <summary>Seconds' worth that may come at once: who was cut off for a moment says all at once.</summary>
    internal const int Burst = 4;

    private const int BytesPerUnit = 1024;

    private readonly RepairBudget _budget = new(perSecond, (double)perSecond * Burst, ticksPerSecond);
    private long _bytes;

    /// <summary>Units taken since the start.</summary>
    internal long Taken { get; private set; }

    /// <summary>A read brought so many bytes, which were not seen before.</summary>
    /// <returns><see langword="false"/>: that is too much.</returns>
    internal bool TryRead(long bytes, long now)
    {
        _bytes += bytes;
        (long whole, _bytes) = Math.DivRem(_bytes, BytesPerUnit);
        return TryTake(1 + (int)Math.Min(whole, int.MaxValue / 2), now);
    }

    /// <summary>A message or a frame came.</summary>
    /// <returns><see langword="false"/>: that is too much.</returns>
    internal bool TryTakeMessage(long now) => TryTake(1, now);

    private bool TryTake(int units, long now)
    {
        Taken += units;
        return _budget.TryTake(units, now);
    }
}
