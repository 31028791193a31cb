using System.Diagnostics.CodeAnalysis;
using Linnet.Wire.Icy;

namespace Linnet.Broadcast;

/// <summary>What transports see of a station: its name and its renditions. Only its rings count: they may be fed from elsewhere.</summary>
/// <param name="Name">The station's name.</param>
/// <param name="Renditions">
/// The rings of its renditions, each name once. What can carry a rendition is said by its <see cref="BroadcastRing.Info"/>: RTP where
/// <see cref="RenditionInfo.IsRtp"/> is set (the first such is what <c>/NAME</c> alone means), HTTP where
/// <see cref="RenditionInfo.StreamType"/> is, other protocols by its payload.
/// </param>
public sealed record StationListing(string Name, IReadOnlyList<BroadcastRing> Renditions)
{
    /// <summary>What it says about itself; <see langword="null"/>: nothing but its name.</summary>
    public IceDescription? Description { get; init; }

    /// <summary>The renditions that are sent as streams, in the order in which they are offered.</summary>
    public IEnumerable<BroadcastRing> Streams =>
        Renditions.Where(static ring => ring.Info.StreamType is not null).OrderBy(static ring => ring.Info.StreamType!.Order);

    /// <summary>Finds a rendition by name.</summary>
    /// <param name="rendition">The name.</param>
    /// <param name="ring">Its ring.</param>
    public bool TryFind(string rendition, [NotNullWhen(true)] out BroadcastRing? ring)
    {
        ring = Renditions.FirstOrDefault(r => r.Info.Name == rendition);
        return ring is not null;
    }
}
