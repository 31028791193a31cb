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
}
