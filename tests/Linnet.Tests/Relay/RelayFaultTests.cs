using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Stations;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Relay.Nats;

namespace Linnet.Tests.Relay;

/// <summary>Servers that are joined over a real NATS server, when one of them goes away or changes places with another.</summary>
public class RelayFaultTests
{
    [Fact]
    public async Task A_restart_of_NATS_is_not_heard_over_HTTP()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("b"));
        using var near = new RingTap(await origin.StreamRingAsync("jazz", "wav"));
        using var far = new RingTap(await edge.StreamRingAsync("jazz", "wav"));
        await far.UntilAsync(20);

        nats.Kill();
        await Until.TrueAsync(() => !edge.Relay.Link.State.IsOpen && !origin.Relay.Link.State.IsOpen);
        await nats.StartAsync();
        await Until.TrueAsync(() => edge.Relay.Link.State.IsOpen && origin.Relay.Link.State.IsOpen);
        await far.UntilAsync(far.Packets.Count + 100);

        far.AssertWhole(near);
        Assert.Equal(0, edge.Relay.Snapshot.Missing);
        Assert.InRange(edge.Relay.Snapshot.Repaired, 1, long.MaxValue);
        Assert.True(far.IsInTime);
    }

    [Fact]
    public async Task When_an_origin_dies_another_takes_over_and_listeners_stay()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var first = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await Until.TrueAsync(() => first.Relay.Snapshot.Offered == 1);
        await using var second = new RelayedServer(nats.Options("b"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("c"));
        await Until.TrueAsync(() => second.Relay.Snapshot.Waiting == 1);
        using var packets = new RingTap(await edge.RingAsync("jazz", "opus"));
        using var streams = new RingTap(await edge.StreamRingAsync("jazz", "opus"));
        await packets.UntilAsync(20);
        await streams.UntilAsync(20);


        await first.KillAsync();
        await Until.TrueAsync(() => second.Relay.Snapshot.Offered == 1);
        int count = packets.Packets.Count, streamed = streams.Packets.Count;
        await packets.UntilAsync(count + 50);
        await streams.UntilAsync(streamed + 50);

        foreach (RingTap tap in (RingTap[])[packets, streams])
        {
            Assert.False(tap.IsOver);
            Assert.DoesNotContain(tap.Items, static item => item is EndItem);
            Assert.True(tap.Items.Count(static item => item is DiscontinuityItem) >= 2, tap.ToString());
            Assert.True(tap.IsInOrder, tap.ToString());
        }



    }

    [Fact]
    public async Task An_origin_that_stops_gives_its_stations_to_another_at_once()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var first = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await Until.TrueAsync(() => first.Relay.Snapshot.Offered == 1);
        await using var second = new RelayedServer(nats.Options("b"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("c"));
        using var far = new RingTap(await edge.StreamRingAsync("jazz", "opus"));
        await far.UntilAsync(20);

        await first.StopAsync();
        await Until.TrueAsync(() => second.Relay.Snapshot.Offered == 1);
        await far.UntilAsync(far.Packets.Count + 50);

        Assert.False(far.IsOver);
        Assert.DoesNotContain(far.Items, static item => item is EndItem);
        Assert.True(far.IsInOrder, far.ToString());
    }

    [Fact]
    public async Task A_sender_that_moves_to_another_server_is_heard_everywhere()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var first = new RelayedServer(nats.Options("a"));
        await using var second = new RelayedServer(nats.Options("b"));
        await using var edge = new RelayedServer(nats.Options("c"));
        IngestStation here = new(new StationOptions { Name = "live" }), there = new(new StationOptions { Name = "live" });
        first.Server.Add(here);
        second.Server.Add(there);

        await using (new InnerPusher(here))
        {
            using var early = new RingTap(await edge.RingAsync("live", "pcm"));
            await early.UntilAsync(5);
            Assert.Equal("a", Assert.Single(edge.Relay.Edges).Origin.Node);

            // The other server has it from there, and still takes who sends to it.
            await second.ListingAsync("live");
            Assert.Equal((1, 0), (second.Relay.Snapshot.Followed, second.Relay.Snapshot.Offered));
        }

        using var far = new RingTap(await edge.RingAsync("live", "pcm"));
        await using (new InnerPusher(there))
        {
            await Until.TrueAsync(() => edge.Relay.Edges is [{ Origin.Node: "b" }], state: () => string.Join('\n', edge.Log.Lines));
            await far.UntilAsync(far.Packets.Count + 20);
            Assert.False(far.IsOver);
            Assert.True(far.IsInOrder, far.ToString());

            // The server that has no sender any more serves what the other one has.
            await Until.TrueAsync(() => first.Relay.Edges is [{ Origin.Node: "b" }]);
            using var near = new RingTap(await first.RingAsync("live", "pcm"));
            await near.UntilAsync(5);
        }
    }

    [Fact]
    public async Task A_run_that_is_cut_short_ends_at_the_edge_with_all_its_sound_and_the_next_one_is_heard()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"));
        await using var edge = new RelayedServer(nats.Options("b"));
        BroadcastRing own = Rings.Create();
        origin.Server.Directory.Set(new StationListing("jazz", [own]));
        BroadcastRing ring = await edge.RingAsync("jazz", "opus");

        using (var tap = new RingTap(ring))
        {
            await Until.TrueAsync(() => own.Leases == 1);
            Publish(own, 20, begins: true);
            await tap.UntilAsync(20);
            Publish(own, 5, begins: false);
            own.EndRun(new EndItem(own.Head, TimeProvider.System.GetTimestamp()) { Reason = DropReason.GaveWay });
            await Until.TrueAsync(() => tap.IsOver);

            Assert.Equal(25, tap.Packets.Count);
            Assert.Equal(DropReason.GaveWay, Assert.IsType<EndItem>(tap.Items[^1]).Reason);
        }

        // A listener comes back at once.
        using var again = new RingTap(ring);
        await Until.TrueAsync(() => own.Leases == 1);
        Publish(own, 20, begins: true);
        await again.UntilAsync(20);
    }

    private static void Publish(BroadcastRing ring, int count, bool begins)
    {
        long now = TimeProvider.System.GetTimestamp(), packet = TimeProvider.System.TimestampFrequency / 50;
        long next = ring.TryGet(ring.Head - 1, out RingItem? last) && last is PacketItem before ? before.Number + 1 : ring.Head;
        if (begins)
        {
            ring.BeginRun();
            ring.Publish(new DiscontinuityItem(
                next * Rings.FramesPerPacket, now,
                new MediaTimeline(now - (next * packet), 48_000, TimeProvider.System.TimestampFrequency)));
        }

        for (int i = 0; i < count; i++)
        {
            ring.Publish(Rings.Packet(next + i, now + (i * packet)));
        }
    }

    [Fact]
    public async Task Of_two_stations_of_one_name_each_server_plays_its_own_and_the_others_the_one_that_was_first()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var first = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await Until.TrueAsync(() => first.Relay.Snapshot.Offered == 1);
        await using var second = new RelayedServer(nats.Options("b"), RelayedServer.Ramp("jazz", new AudioFormat(44_100, 1)));
        await using var edge = new RelayedServer(nats.Options("c"));
        BroadcastRing ring = await edge.RingAsync("jazz", "pcm");
        await Until.TrueAsync(() => second.Relay.Snapshot.Waiting == 1);

        Assert.Equal(48_000, ring.Info.Payload.ClockRate);
        Assert.Equal(44_100, (await second.RingAsync("jazz", "pcm")).Info.Payload.ClockRate);
        Assert.Contains(second.Log.Lines, static line => line.StartsWith("1804 Station jazz is offered by a.", StringComparison.Ordinal));

        // The other one is not the same station: where it takes over, listeners come back to it.
        using var tap = new RingTap(ring);
        await tap.UntilAsync(5);
        await first.StopAsync();
        await Until.TrueAsync(() => tap.IsOver);
        BroadcastRing other = ring;
        await Until.TrueAsync(() => edge.Server.Directory.TryFind("jazz", out StationListing? now)
            && (other = now.Renditions.Single(static r => r.Info.Name == "pcm")) != ring);
        Assert.Equal(44_100, other.Info.Payload.ClockRate);
        using var again = new RingTap(other);
        await again.UntilAsync(5);
    }
}
