using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Stations;

/// <summary>Answers to a listener if a rendition cannot run for it.</summary>
internal static class RenditionRefusals
{
    /// <summary>How long a client waits before it asks again for a rendition made on demand.</summary>
    private static readonly TimeSpan BusyTime = TimeSpan.FromSeconds(10);

    private static readonly RingRefusal StationEnded =
        new(RingRefusalReason.StationEnded, "The station has ended.") { IsFinal = true };

    private static readonly RingRefusal ServerStops = new(RingRefusalReason.Unavailable, "The server is stopping.");

    private static readonly RingRefusal StationFailed =
        new(RingRefusalReason.Unavailable, "The station has failed; the server's log says why.");

    /// <summary>The station plays no more. Only its own end is final: a server that stops or fails may come back.</summary>
    /// <param name="reason">What its listeners are told; none: it has ended by itself.</param>
    internal static RingRefusal OfEnd(DropReason reason) => reason switch
    {
        DropReason.None => StationEnded,
        DropReason.ServerStopped => ServerStops,
        _ => StationFailed,
    };

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
