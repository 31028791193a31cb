using Linnet.Broadcast;
using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Two hundred listeners for half a minute, a quarter of which take nothing.</summary>
public class ManyListenersTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Readers_get_every_packet_memory_stays_flat_and_the_stalled_are_dropped_and_counted()
    {
        var sending = new SenderOptions { Threads = 2, StallTimeout = TimeSpan.FromSeconds(5) };

        // Nothing is published while they join, so nobody need wait for it.
        await using var server = new RtspTestServer(new RtspServerOptions { FirstPacketTimeout = TimeSpan.Zero }, sending: sending);
        await using var crowd = new Crowd(server);
        await crowd.JoinAsync(udp: 100, tcp: 100);

        long baseline = 0;
        int published = 0;
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < Duration)
        {
            RtspTestServer.Publish(server.Opus, 1, payloadLength: 320);
            published++;
            if (published == 300)
            {
                baseline = GC.GetTotalMemory(forceFullCollection: true);
            }

            TimeSpan early = (published * PacketTime) - TimeProvider.System.GetElapsedTime(start);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }

        await crowd.HearAsync(RtspTestServer.Published(server.Opus)[^1]);
        long growth = GC.GetTotalMemory(forceFullCollection: true) - baseline;
        RtspServerSnapshot snapshot = server.Server.GetSnapshot();

        Assert.All(crowd.Readers, r => Assert.Equal(0, r.Missed));
        Assert.Equal(50, snapshot.EndedSessions[RtspSessionEnd.Stalled]);
        Assert.Equal(150, snapshot.Sessions.Count);
        Assert.All(snapshot.Sessions, s => Assert.Equal(0, s.PacketsSkipped));

        // Two rings of ten seconds are full within the measure's first six seconds but for 200 packets of 400 bytes.
        Assert.True(growth < 1 << 20, $"Memory grew by {growth} bytes.");
    }
}
