using Linnet.Audio;
using Linnet.Wire.Icy;

namespace Linnet.Broadcast;

/// <summary>The view that transports have of a station: its name and its renditions. Any code may feed the rings.</summary>
/// <param name="Name">The station's name.</param>
/// <param name="Renditions">
/// The rings of its renditions, each name once. Its <see cref="BroadcastRing.Info"/> decides which protocols can carry it: RTP where
/// <see cref="RenditionInfo.IsRtp"/> is set (the first such is what <c>/NAME</c> alone means), HTTP where
/// <see cref="RenditionInfo.StreamType"/> is, other protocols by its payload.
/// </param>
internal sealed record StationListing(string Name, IReadOnlyList<BroadcastRing> Renditions)
{
    /// <summary>What it says about itself; <see langword="null"/>: nothing but its name.</summary>
    public IceDescription? Description { get; init; }

    /// <summary>Address of a picture of the station; <see langword="null"/>: there is none.</summary>
    public string? ArtUrl { get; init; }

    /// <summary>
    /// For a station from another server, the track that plays there: it is known here without a listener. <see langword="null"/>, the
    /// default: not known.
    /// </summary>
    public TrackInfo? Track { get; init; }

    /// <summary>Renditions that it lacks because this machine cannot encode them. Default: none.</summary>
    public IReadOnlyList<MissingStream> Missing { get; init; } = [];

    /// <summary>
    /// The rings from which streams over HTTP are made; <see langword="null"/>, the default: those of <see cref="Renditions"/>. Where a
    /// station comes from another server, they run further behind it, so that a cut of the network is not heard.
    /// </summary>
    public IReadOnlyList<BroadcastRing>? StreamRenditions { get; init; }

    /// <summary>All its rings, each once: at an edge, a rendition may have two.</summary>
    public IEnumerable<BroadcastRing> Rings => Renditions.Union(StreamRenditions ?? []);

    /// <summary>The renditions that are sent as streams, in the order in which they are offered.</summary>
    public IEnumerable<BroadcastRing> Streams => (StreamRenditions ?? Renditions)
        .Where(static ring => ring.Info.StreamType is not null).OrderBy(static ring => ring.Info.StreamType!.Order);

    /// <summary>The listeners of a rendition, over all of its rings.</summary>
    /// <param name="rendition">The rendition's name.</param>
    internal int ListenersOf(string rendition) => Rings.Where(ring => ring.Info.Name == rendition).Sum(static ring => ring.Listeners);

    /// <summary>The station as it is for those who may hear only some of its renditions.</summary>
    /// <param name="names">The names of the renditions; <see langword="null"/>: all.</param>
    internal StationListing Permitting(IReadOnlyList<string>? names)
    {
        return names is null ? this
            : this with
            {
                Renditions = Among(Renditions),
                StreamRenditions = StreamRenditions is null ? null : Among(StreamRenditions),
            };

        IReadOnlyList<BroadcastRing> Among(IReadOnlyList<BroadcastRing> rings) => [.. rings.Where(ring => names.Contains(ring.Info.Name))];
    }
}
