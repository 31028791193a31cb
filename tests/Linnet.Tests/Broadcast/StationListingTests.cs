using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Broadcast;

/// <summary>A station of an edge, whose renditions have a ring for packets and another for streams.</summary>
public class StationListingTests
{
    private readonly BroadcastRing _packets = Ring("opus");
    private readonly BroadcastRing _streams = Ring("opus");
    private readonly BroadcastRing _otherPackets = Ring("mp3");
    private readonly BroadcastRing _otherStreams = Ring("mp3");
    private readonly StationListing _station;

    public StationListingTests() =>
        _station = new StationListing("jazz", [_packets, _otherPackets]) { StreamRenditions = [_streams, _otherStreams] };

    [Fact]
    public void Streams_are_made_from_the_rings_that_run_further_behind()
    {
        Assert.Equal([_streams, _otherStreams], _station.Streams);
        Assert.Equal([_packets, _otherPackets], (_station with { StreamRenditions = null }).Streams);
    }

    [Fact]
    public void A_listener_with_one_permitted_rendition_gets_neither_ring_of_another()
    {
        StationListing permitted = _station.Permitting(["opus"]);

        Assert.Equal([_packets], permitted.Renditions);
        Assert.Equal([_streams], permitted.Streams);
        Assert.Same(_station, _station.Permitting(null));

        var target = new RadioTarget(RadioTargetKind.Station, _station, null);
        Assert.Equal([_streams], target.Within(["opus"])!.Value.Station!.Streams);
        Assert.Null(target.Within(["flac"]));
    }

    [Fact]
    public void Listeners_of_both_rings_are_counted()
    {
        using RingLease one = Rings.Open(_packets);
        using RingLease two = Rings.Open(_streams);
        using RingLease three = Rings.Open(_streams);

        StationSnapshot station = StationLook.Of(_station, 0);

        Assert.Equal(3, station.Listeners);
        Assert.Equal([("opus", 3), ("mp3", 0)], station.Renditions.Select(static r => (r.Name, r.Listeners)));
    }

    [Fact]
    public void Without_rings_of_their_own_listeners_over_HTTP_are_counted_once()
    {
        using RingLease one = Rings.Open(_packets);

        Assert.Equal(1, StationLook.Of(_station with { StreamRenditions = null }, 0).Listeners);
        Assert.Equal(1, StationLook.Of(_station with { StreamRenditions = _station.Renditions }, 0).Listeners);
    }

    [Fact]
    public void A_station_that_is_heard_over_HTTP_alone_plays_and_has_its_title()
    {
        Assert.Equal(StationState.Waiting, StationLook.Of(_station, 0).State);
        _streams.Publish(new DiscontinuityItem(0, 0, new MediaTimeline(0, 48_000, 1000)));
        _streams.Publish(new TitleItem(0, 0, new TrackInfo("So What")));

        StationSnapshot station = StationLook.Of(_station, 2000);

        Assert.Equal((StationState.Playing, "So What"), (station.State, station.Track?.Title));
        Assert.Equal(2, station.Position.TotalSeconds, precision: 3);
        Assert.Equal([true, false], station.Renditions.Select(static r => r.Running));
    }

    private static BroadcastRing Ring(string name)
    {
        var info = new RenditionInfo("jazz", name, new PayloadFormat(name, 48_000, 2), Rings.FramesPerPacket, 128_000, Rings.Stream)
        {
            StreamType = name == "opus" ? StreamType.Opus : StreamType.Mp3,
        };
        return new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
    }
}
