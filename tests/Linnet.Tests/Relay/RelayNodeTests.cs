using Linnet.Broadcast;
using Linnet.Tests.Relay.Nats;

namespace Linnet.Tests.Relay;

/// <summary>Servers that are joined over a real NATS server.</summary>
public class RelayNodeTests
{
    [Theory]
    [InlineData("pcm")]
    [InlineData("opus")]
    public async Task A_packet_at_an_edge_is_the_same_as_at_the_origin(string rendition)
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("b"));

        using var near = new RingTap(await origin.RingAsync("jazz", rendition));
        BroadcastRing ring = await edge.RingAsync("jazz", rendition);
        using var far = new RingTap(ring);
        await far.UntilAsync(50);

        BroadcastRing own = await origin.RingAsync("jazz", rendition);
        Assert.Equal(own.Info.Stream, ring.Info.Stream);
        Dictionary<long, PacketItem> sent = near.Packets.ToDictionary(static p => p.Number);
        IReadOnlyList<PacketItem> arrived = far.Packets;
        Assert.Equal(
            Enumerable.Range(0, arrived.Count).Select(i => arrived[0].Number + i), arrived.Select(static p => p.Number));
        foreach (PacketItem packet in arrived.Where(p => sent.ContainsKey(p.Number)))
        {
            PacketItem same = sent[packet.Number];
            Assert.Equal(Convert.ToHexString(same.Payload.Span), Convert.ToHexString(packet.Payload.Span));
            Assert.Equal((same.Position, same.Frames, same.Marker), (packet.Position, packet.Frames, packet.Marker));

            // Both servers have the same clock here.
            TimeSpan delay = TimeSpan.FromSeconds((packet.DueAt - same.DueAt) / (double)TimeProvider.System.TimestampFrequency);
            Assert.InRange(delay.TotalMilliseconds, 95, 105);
        }

        Assert.InRange(arrived.Count(p => sent.ContainsKey(p.Number)), 40, int.MaxValue);
        Assert.Equal((0, 1), (own.Listeners - 1, edge.Server.GetStatistics().Stations[0].Listeners));
    }

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

        AssertWhole(near, far);
        Assert.Equal(0, edge.Relay.Snapshot.Missing);
        Assert.InRange(edge.Relay.Snapshot.Repaired, 1, long.MaxValue);
        Assert.True(IsInTime(far));
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
            Assert.True(tap.Items.Count(static item => item is DiscontinuityItem) >= 2, Text(tap));
            Assert.True(IsInOrder(tap), Text(tap));
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
        Assert.True(IsInOrder(far), Text(far));
    }

    [Fact]
    public async Task A_station_comes_and_goes_at_its_edges_as_at_its_origin()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"));
        await using var edge = new RelayedServer(nats.Options("b"));
        await Until.TrueAsync(() => edge.Relay.Snapshot.Nodes == 1);

        origin.Server.Add(RelayedServer.Ramp("jazz"));
        using var far = new RingTap(await edge.RingAsync("jazz", "pcm"));
        await far.UntilAsync(5);
        Assert.True(await origin.Server.RemoveAsync("jazz"));

        await Until.TrueAsync(() => far.Items.Any(static item => item is EndItem { Reason: Linnet.Broadcast.Packets.DropReason.None }));
    }

    // Everything that the origin sent between the first and the last packet here is here, and the same.
    private static void AssertWhole(RingTap near, RingTap far)
    {
        IReadOnlyList<PacketItem> arrived = far.Packets;
        Assert.Equal(
            Enumerable.Range(0, arrived.Count).Select(i => arrived[0].Number + i), arrived.Select(static p => p.Number));
        Dictionary<long, PacketItem> sent = near.Packets.ToDictionary(static p => p.Number);
        Assert.All(
            arrived.Where(p => sent.ContainsKey(p.Number)),
            p => Assert.True(p.Payload.Span.SequenceEqual(sent[p.Number].Payload.Span)));
    }

    private static bool IsInOrder(RingTap tap) => tap.Packets.Zip(tap.Packets.Skip(1)).All(static pair =>
        pair.Second.Number > pair.First.Number && pair.Second.Position >= pair.First.Position + pair.First.Frames
        && pair.Second.DueAt >= pair.First.DueAt);

    private static bool IsInTime(RingTap tap) => tap.Packets.Zip(tap.Packets.Skip(1)).All(static pair =>
        TimeSpan.FromSeconds((pair.Second.DueAt - pair.First.DueAt) / (double)TimeProvider.System.TimestampFrequency)
            < TimeSpan.FromMilliseconds(60));

    private static string Text(RingTap tap) => string.Join('\n', tap.Items.Select(static item => item switch
    {
        PacketItem packet => $"{packet.Number} at {packet.Position}, due {packet.DueAt}",
        _ => $"{item.GetType().Name} at {item.Position}, due {item.DueAt}",
    }));
}
