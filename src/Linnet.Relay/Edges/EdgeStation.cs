using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;

namespace Linnet.Relay.Edges;

/// <summary>A station that this node has from another: a listing whose rings are fed over NATS while they have listeners.</summary>
internal sealed class EdgeStation
{
    private readonly IReadOnlyList<EdgeFeed> _feeds;
    private readonly CancellationTokenSource _ending;
    private StationListing _listing;

    /// <summary>A station that waits for listeners.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="description">The station as its origin describes it.</param>
    /// <param name="origin">The origin.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs failures.</param>
    /// <param name="stopping">Ends it.</param>
    internal EdgeStation(
        NatsLink link, StationDescription description, EdgeOrigin origin, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Description = description;
        Origin = origin;
        RelayOptions options = link.Options;
        EdgeFeed[] packets = [.. description.Renditions.Select(info => Feed(info, EdgeTiming.ForPackets(options.PacketDelay)))];
        EdgeFeed[] streams =
        [
            .. description.Renditions.Where(static info => info.StreamType is not null)
                .Select(info => Feed(info, EdgeTiming.ForStreams(options.StreamDelay))),
        ];
        _feeds = [.. packets, .. streams];
        _listing = new StationListing(description.Station, [.. packets.Select(static feed => feed.Ring)])
        {
            StreamRenditions = [.. streams.Select(static feed => feed.Ring)],
        };
        Describe(description);

        EdgeFeed Feed(RenditionInfo info, EdgeTiming timing) => new(link, origin, info, timing, time, logger, _ending.Token);
    }

    /// <summary>The station as its origin described it last.</summary>
    internal StationDescription Description { get; private set; }

    /// <summary>The origin now.</summary>
    internal EdgeOrigin Origin { get; private set; }

    /// <summary>The station for the protocols of this server.</summary>
    internal StationListing Listing => _listing;

    /// <summary>Whether it has listeners here, or had some lately.</summary>
    internal bool IsHeard => _feeds.Any(static feed => feed.IsRunning);

    /// <summary>Rings whose listeners hear silence or the fallback, as the origin is away.</summary>
    internal int Filling => _feeds.Count(static feed => feed.IsFilling);

    /// <summary>Items that could not be had in time, and those that were missing and were had in time.</summary>
    internal (long Missing, long Repaired) Counts =>
        (_feeds.Sum(static feed => feed.Missing), _feeds.Sum(static feed => feed.Repaired));

    /// <summary>Its listeners here, by rendition.</summary>
    internal IReadOnlyDictionary<string, int> Listeners => ListenersOf(_listing);

    /// <summary>Whether listeners can go on with a station as it is at another origin, or later: its renditions are the same.</summary>
    internal bool CanFollow(StationDescription description) =>
        description.Renditions.Count == Description.Renditions.Count
        && description.Renditions.Zip(Description.Renditions).All(static pair =>
            pair.First.Name == pair.Second.Name && pair.First.Payload == pair.Second.Payload
            && pair.First.FramesPerPacket == pair.Second.FramesPerPacket && pair.First.IsRtp == pair.Second.IsRtp
            && pair.First.StreamType?.Extension == pair.Second.StreamType?.Extension);

    /// <summary>Takes the sound from another origin from now on. Listeners stay.</summary>
    internal void Follow(EdgeOrigin origin)
    {
        Origin = origin;
        foreach (EdgeFeed feed in _feeds)
        {
            feed.Follow(origin);
        }
    }

    /// <summary>Takes what the station says about itself.</summary>
    internal void Describe(StationDescription description)
    {
        Description = description;
        _listing = _listing with { Description = description.About, ArtUrl = description.ArtUrl, Missing = description.Missing };
    }

    /// <summary>Takes the track that plays at the origin: it is shown while there are no listeners here.</summary>
    internal void Tell(TrackInfo? track)
    {
        if (_listing.Track != track)
        {
            _listing = _listing with { Track = track };
        }
    }

    /// <summary>Ends it: its listeners are told.</summary>
    internal void End() => _ending.Cancel();

    /// <summary>The listeners of a station by rendition, without those that have none.</summary>
    internal static IReadOnlyDictionary<string, int> ListenersOf(StationListing listing) => listing.Rings
        .Where(static ring => ring.Listeners > 0)
        .GroupBy(static ring => ring.Info.Name)
        .ToDictionary(static rings => rings.Key, static rings => rings.Sum(static ring => ring.Listeners));
}
