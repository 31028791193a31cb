using Linnet.Broadcast;

namespace Linnet.Stations;

/// <summary>Answers to a listener if a rendition cannot run for it.</summary>
internal static class RenditionRefusals
{
    /// <summary>How long a client waits before it asks again for a rendition made on demand.</summary>
    private static readonly TimeSpan BusyTime = TimeSpan.FromSeconds(10);

    /// <summary>The station has ended.</summary>
    internal static RingRefusal StationEnded { get; } =
        new(RingRefusalReason.StationEnded, "The station has ended.") { IsFinal = true };

    /// <summary>The rendition is made on demand, and all places are taken.</summary>
    /// <param name="name">The rendition.</param>
    /// <param name="most">How many renditions on demand may run at a time.</param>
    /// <param name="renditions">All renditions of the station.</param>
    internal static RingRefusal TooManyOnDemand(string name, int most, IEnumerable<Rendition> renditions)
    {
        string others = string.Join(", ", renditions.Where(static r => !r.IsOnDemand).Select(static r => r.Ring.Info)
            .Where(static info => info.IsRtp || info.StreamType is not null).Select(static info => info.Name));
        return most == 0
            ? new RingRefusal(
                RingRefusalReason.NeverOnDemand, $"This server makes no renditions on demand. Take one that always runs ({others}).")
            { IsFinal = true }
            : new RingRefusal(
                RingRefusalReason.TooManyOnDemand,
                $"{name} is made on demand. At most {most} such renditions run at a time, and there is no place for another now. "
                    + $"Take one that always runs ({others}), or try again in {BusyTime.TotalSeconds:0} s.",
                BusyTime);
    }
}
