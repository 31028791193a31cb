using System.Diagnostics.CodeAnalysis;
using Linnet.Broadcast.Streams;
using Linnet.Wire.Icy;

namespace Linnet.Broadcast;

/// <summary>What transports see of a station: its name and its renditions.</summary>
/// <param name="Name">The station's name.</param>
/// <param name="Rings">The rings of the renditions that RTP carries; the first is what <c>/NAME</c> alone means.</param>
public sealed record StationListing(string Name, IReadOnlyList<BroadcastRing> Rings)
{
    /// <summary>
    /// The ring of the rendition for the PyAudio tutorial's programs, whose packets are messages of theirs; <see langword="null"/>: there
    /// is none.
    /// </summary>
    public BroadcastRing? PyAudio { get; init; }

    /// <summary>
    /// The renditions that HTTP carries, in the order in which they are offered; some read the ring of one in <see cref="Rings"/>.
    /// </summary>
    public IReadOnlyList<StreamRendition> Streams { get; init; } = [];

    /// <summary>What it says about itself; <see langword="null"/>: nothing but its name.</summary>
    public IceDescription? Description { get; init; }

    /// <summary>Finds a rendition by name.</summary>
    /// <param name="rendition">The name, or <see langword="null"/> or empty for the default.</param>
    /// <param name="ring">Its ring.</param>
    public bool TryFind(string? rendition, [NotNullWhen(true)] out BroadcastRing? ring)
    {
        ring = string.IsNullOrEmpty(rendition) ? Rings[0] : Rings.FirstOrDefault(r => r.Info.Name == rendition);
        return ring is not null;
    }
}
