using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Tests.Relay.Nats;

namespace Linnet.Tests.Relay;

/// <summary>Servers that are joined over a real NATS server.</summary>
public class RelayNodeTests
{
    [Theory]
    [InlineData("pcm")]
    [InlineData("opus")]
    [InlineData("flac")]
    [InlineData("mp3")]
    [InlineData("wav")]
    public async Task A_packet_at_an_edge_is_the_same_as_at_the_origin(string rendition)
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("b"));

        BroadcastRing own = await origin.RingAsync("jazz", rendition);
        using var near = new RingTap(own);
        BroadcastRing ring = await edge.RingAsync("jazz", rendition);
        using var far = new RingTap(ring);
        await far.UntilAsync(30);

        Assert.Equal(own.Info.Stream, ring.Info.Stream);
        AssertWhole(near, far);
        Dictionary<long, PacketItem> sent = near.Packets.ToDictionary(static p => p.Number);
        int same = 0;
        foreach (PacketItem packet in far.Packets.Where(p => sent.ContainsKey(p.Number)))
        {
            PacketItem first = sent[packet.Number];
            Assert.Equal((first.Position, first.Frames, first.Marker), (packet.Position, packet.Frames, packet.Marker));

            // Both servers have one clock here.
            TimeSpan delay = TimeSpan.FromSeconds((packet.DueAt - first.DueAt) / (double)TimeProvider.System.TimestampFrequency);
            Assert.InRange(delay.TotalMilliseconds, 95, 105);
            same++;
        }

        Assert.InRange(same, 20, int.MaxValue);
        Assert.Equal((1, 1), (own.Listeners, edge.Server.GetStatistics().Stations[0].Listeners));
    }

    [Fact]
    public async Task Servers_that_are_far_from_the_origin_play_at_the_same_time()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await using var near = new RelayedServer(nats.Options("b"));
        await using var wire = new DelayingProxy(nats.Port, TimeSpan.FromMilliseconds(50));
        await using var far = new RelayedServer(nats.Options("c") with { Servers = wire.Address });
        using var here = new RingTap(await near.StreamRingAsync("jazz", "wav"));
        using var there = new RingTap(await far.StreamRingAsync("jazz", "wav"));
        await here.UntilAsync(50);
        await there.UntilAsync(50);

        Dictionary<long, long> due = here.Packets.ToDictionary(static p => p.Number, static p => p.DueAt);
        double[] differences =
        [
            .. there.Packets.Where(p => due.ContainsKey(p.Number))
                .Select(p => TimeSpan.FromSeconds((p.DueAt - due[p.Number]) / (double)TimeProvider.System.TimestampFrequency)
                    .TotalMilliseconds),
        ];
        Assert.NotEmpty(differences);
        Assert.All(differences, static ms => Assert.InRange(ms, -20, 20));
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

    [Fact]
    public async Task Two_servers_of_one_name_are_told_so()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var first = new RelayedServer(nats.Options("a"));
        await using var second = new RelayedServer(nats.Options("a"));

        await Until.TrueAsync(() => first.Log.Lines.Any(static line => line.StartsWith("1816 ", StringComparison.Ordinal)));
        await Until.TrueAsync(() => second.Log.Lines.Any(static line => line.StartsWith("1816 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_edge_shows_the_track_and_counts_the_listeners_of_all_servers()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        var source = new RampSource(new AudioFormat(48_000, 2)) { Tracks = { [0] = new TrackInfo("So What", "Miles Davis") } };
        await using var origin = new RelayedServer(
            nats.Options("a"), new Station(new StationOptions { Name = "jazz", StartAtOnce = true }, source));
        await using var edge = new RelayedServer(nats.Options("b"));
        using var near = new RingTap(await origin.RingAsync("jazz", "opus"));
        StationListing listing = await edge.ListingAsync("jazz");
        await Until.TrueAsync(() => edge.Server.GetStations()[0].Track?.Title == "So What");

        // The title stays with its sound.
        using var far = new RingTap(await edge.RingAsync("jazz", "opus"), TimeSpan.FromSeconds(5));
        await far.UntilAsync(5);
        TitleItem here = near.Items.OfType<TitleItem>().First(), there = far.Items.OfType<TitleItem>().First();
        Assert.Equal((here.Track, here.Position), (there.Track, there.Position));

        await Until.TrueAsync(() => origin.Server.Directory.Others is [{ Name: "b" } other]
            && other.Stations.TryGetValue("jazz", out IReadOnlyDictionary<string, int>? heard) && heard.GetValueOrDefault("opus") == 1);
        await Until.TrueAsync(() => edge.Server.Directory.Others is [{ Name: "a" } other]
            && other.Stations.TryGetValue("jazz", out IReadOnlyDictionary<string, int>? heard) && heard.GetValueOrDefault("opus") == 1);
    }

    [Fact]
    public async Task An_origin_stops_encoding_when_nobody_listens_anywhere()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("b"));
        BroadcastRing own = await origin.RingAsync("jazz", "opus"), ring = await edge.RingAsync("jazz", "opus");
        Assert.Equal(0, own.Leases);
        using (var far = new RingTap(ring))
        {
            await far.UntilAsync(5);
            Assert.Equal((1, 0), (own.Leases, own.Listeners));
        }

        await Until.TrueAsync(() => own.Leases == 0 && origin.Relay.Snapshot.Published == 0);
        using var again = new RingTap(ring);
        await again.UntilAsync(5);
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

    [Fact]
    public async Task Who_sends_to_another_server_is_heard_by_all_without_a_restart()
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
            Assert.True(IsInOrder(far), Text(far));

            // Where nobody sends any more, listeners get what the other server has.
            await Until.TrueAsync(() => first.Relay.Edges is [{ Origin.Node: "b" }]);
            using var near = new RingTap(await first.RingAsync("live", "pcm"));
            await near.UntilAsync(5);
        }
    }

    // Everything that the origin sent between the first and the last packet here is here, and the same.
    internal static void AssertWhole(RingTap near, RingTap far)
    {
        IReadOnlyList<PacketItem> arrived = far.Packets;
        Assert.Equal(
            Enumerable.Range(0, arrived.Count).Select(i => arrived[0].Number + i), arrived.Select(static p => p.Number));
        Dictionary<long, PacketItem> sent = near.Packets.ToDictionary(static p => p.Number);
        Assert.All(
            arrived.Where(p => sent.ContainsKey(p.Number)),
            p => Assert.True(p.Payload.Span.SequenceEqual(sent[p.Number].Payload.Span)));
    }

    internal static bool IsInOrder(RingTap tap) => tap.Packets.Zip(tap.Packets.Skip(1)).All(static pair =>
        pair.Second.Number > pair.First.Number && pair.Second.Position >= pair.First.Position + pair.First.Frames
        && pair.Second.DueAt >= pair.First.DueAt);

    internal static bool IsInTime(RingTap tap) => tap.Packets.Zip(tap.Packets.Skip(1)).All(static pair =>
        TimeSpan.FromSeconds((pair.Second.DueAt - pair.First.DueAt) / (double)TimeProvider.System.TimestampFrequency)
            < TimeSpan.FromMilliseconds(60));

    private static string Text(RingTap tap) => string.Join('\n', tap.Items.Select(static item => item switch
    {
        PacketItem packet => $"{packet.Number} at {packet.Position}, due {packet.DueAt}",
        _ => $"{item.GetType().Name} at {item.Position}, due {item.DueAt}",
    }));
}
