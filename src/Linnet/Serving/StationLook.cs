using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Stations;

namespace Linnet.Serving;

/// <summary>Describes stations, also those that are not made in this process, but fed from elsewhere: these by their rings alone.</summary>
internal static class StationLook
{
    /// <summary>The stations of a server as they are now, with their listeners at other servers.</summary>
    /// <param name="directory">The stations on offer.</param>
    /// <param name="here">Those that are made in this process.</param>
    /// <param name="now">The instant, in ticks.</param>
    internal static IReadOnlyList<StationSnapshot> AtAll(StationDirectory directory, IReadOnlyList<Station> here, long now)
    {
        var made = here.ToDictionary(static s => s.Name);
        return [.. directory.Stations.Select(listing =>
            WithListenersElsewhere(
                made.TryGetValue(listing.Name, out Station? station) ? station.GetSnapshot() : Of(listing, now),
                directory.ListenersElsewhere(listing.Name)))];
    }

    /// <summary>The station as it is now.</summary>
    /// <param name="listing">The station's renditions.</param>
    /// <param name="now">The instant, in ticks.</param>
    internal static StationSnapshot Of(StationListing listing, long now)
    {
        BroadcastRing[] rings = [.. listing.Rings];
        BroadcastRing[] begun = [.. rings.Where(static r => r.Timeline is not null)];
        BroadcastRing? first = begun is [BroadcastRing running, ..] ? running : rings is [BroadcastRing any, ..] ? any : null;
        return new StationSnapshot(
            listing.Name,
            begun.Length == 0 ? StationState.Waiting : begun.All(HasEnded) ? StationState.Ended : StationState.Playing,
            Problem: null,
            begun.Select(static r => r.Title).OfType<TitleItem>().MaxBy(static t => t.DueAt)?.Track ?? listing.Track,
            first is null ? new AudioFormat(48_000, 2) : new AudioFormat(first.Info.Payload.ClockRate, first.Info.Payload.Channels),
            BitDepth: 0,
            first?.Timeline is { } timeline ? first.Info.Payload.Clock.DurationOf(Math.Max(0, timeline.PositionAt(now))) : TimeSpan.Zero,
            Levels: [],
            Reanchored: 0,
            [.. listing.Renditions.Select(r => new RenditionSnapshot(
                r.Info.Name, r.Info.Payload.ToString(), r.Info.BitRate,
                begun.Any(ring => ring.Info.Name == r.Info.Name && !HasEnded(ring)), listing.ListenersOf(r.Info.Name), Packets: 0))]);
    }

    private static StationSnapshot WithListenersElsewhere(StationSnapshot station, IReadOnlyDictionary<string, int> listeners) =>
        listeners.Count == 0 ? station : station with
        {
            Renditions = [.. station.Renditions.Select(rendition => rendition with
            {
                ListenersElsewhere = listeners.GetValueOrDefault(rendition.Name),
            })],
            ListenersElsewhere = (int)Math.Min(int.MaxValue, listeners.Values.Sum(static count => (long)count)),
        };

    private static bool HasEnded(BroadcastRing ring) =>
        ring.TryGet(ring.Head - 1, out RingItem? last) && last is EndItem { Reason: DropReason.None };
}
