using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Tests.Relay.Nats;
using Linnet.Tests.Transports.Rtsp;

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
        far.AssertWhole(near);
        Dictionary<long, PacketItem> sent = near.Packets.ToDictionary(static p => p.Number);
        int same = 0;
        foreach (PacketItem packet in far.Packets.Where(p => sent.ContainsKey(p.Number)))
        {
            PacketItem first = sent[packet.Number];
            Assert.Equal((first.Position, first.Frames, first.Marker), (packet.Position, packet.Frames, packet.Marker));

            // Both servers have one clock here.
            TimeSpan delay = TimeSpan.FromSeconds((packet.DueAt - first.DueAt) / (double)TimeProvider.System.TimestampFrequency);
            Assert.InRange(delay.TotalMilliseconds, 80, 120);
            same++;
        }

        Assert.InRange(same, 20, int.MaxValue);
        Assert.Equal((1, 1), (own.Listeners, ring.Listeners));
        await Until.TrueAsync(() => edge.Server.GetStatistics().Stations[0].Listeners == 2);
        await Until.TrueAsync(() => origin.Server.GetStatistics().Stations[0].Listeners == 2);
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
        await there.UntilAsync(50);

        // On a busy machine the first answers about the clock are worse than the later ones.
        await Until.TrueAsync(() => Differences() is { Length: 50 } all && all.All(static ms => ms is > -20 and < 20));

        double[] Differences()
        {
            Dictionary<long, long> due = here.Packets.ToDictionary(static p => p.Number, static p => p.DueAt);
            return
            [
                .. there.Packets.Where(p => due.ContainsKey(p.Number)).TakeLast(50)
                    .Select(p => TimeSpan.FromSeconds((p.DueAt - due[p.Number]) / (double)TimeProvider.System.TimestampFrequency)
                        .TotalMilliseconds),
            ];
        }
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_others_yet_asks_listeners_to_try_again()
    {
        using var nats = new NatsServer();
        await using var edge = new RelayedServer(nats.Options("a"));
        using var http = new HttpClient();
        var address = new Uri($"{edge.Http}/jazz.mp3");
        using RawRtspClient rtsp = await RawRtspClient.ConnectAsync(
            edge.Server.RtspEndPoint!, IPAddress.Loopback, 0, TimeSpan.FromMinutes(1));
        string uri = $"rtsp://{edge.Server.RtspEndPoint}/jazz";

        using (HttpResponseMessage answer = await http.GetAsync(address, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        }

        Assert.Equal(503, (await rtsp.RequestAsync("DESCRIBE", uri)).Status);

        await nats.StartAsync();
        await Until.TrueAsync(() => !edge.Server.Directory.IsJoining);
        using (HttpResponseMessage answer = await http.GetAsync(address, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal(404, (await rtsp.RequestAsync("DESCRIBE", uri)).Status);
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
    public async Task The_first_listener_over_HTTP_begins_with_sound_that_was_due_before_it_came()
    {
        using var nats = new NatsServer();
        await nats.StartAsync();
        await using var origin = new RelayedServer(nats.Options("a"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(nats.Options("b"));
        BroadcastRing ring = await edge.StreamRingAsync("jazz", "mp3");

        long came = TimeProvider.System.GetTimestamp();
        using var tap = new RingTap(ring, TimeSpan.FromSeconds(2));
        await tap.UntilAsync(1);

        TimeSpan before = TimeProvider.System.GetElapsedTime(tap.Packets[0].DueAt, came);
        Assert.InRange(before.TotalSeconds, 1.5, 2.5);
    }

    [Fact]
    public async Task An_origin_stops_encoding_when_no_server_has_listeners()
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

        await Until.TrueAsync(() => far.Items.Any(static item => item is EndItem { Reason: DropReason.None }));
        Assert.DoesNotContain(edge.Log.Lines, static line => line.StartsWith("1816 ", StringComparison.Ordinal));
    }
}
