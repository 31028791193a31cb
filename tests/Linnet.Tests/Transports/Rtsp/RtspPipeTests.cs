using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Interleaved RTSP whose bytes go through a pipe, as under TLS.</summary>
public class RtspPipeTests
{
    [Fact]
    public async Task Packets_and_responses_come_whole_and_in_order()
    {
        await using var server = new RtspTestServer(hasPipe: true) { PacketsAtStart = 200 };
        using RawRtspClient client = await server.ConnectAsync();
        await client.PlayInterleavedAsync(server.Uri("/jazz/opus"));
        PacketItem[] packets = RtspTestServer.Published(server.Opus);
        for (int i = 0; i < packets.Length;)
        {
            Assert.Equal(packets[i++].Datagram.ToArray(), await client.ReadFrameAsync());
        }

        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", server.Uri("/jazz/opus"))).Status);
    }

    [Fact]
    public async Task A_listener_that_reads_nothing_is_dropped_by_the_same_rule()
    {
        await using var server = new RtspTestServer(
            sending: new SenderOptions { Threads = 1, StallTimeout = TimeSpan.FromSeconds(1) }, hasPipe: true);
        using RawRtspClient client = await server.ConnectAsync(receiveBuffer: 4096);
        await client.PlayInterleavedAsync(server.Uri("/jazz/opus"));

        while (server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.Stalled) == 0)
        {
            RtspTestServer.Publish(server.Opus, 20, payloadLength: 1000);
            if (server.Server.GetSnapshot().Sessions is [var session])
            {
                // Its bound, and the kernel's.
                Assert.InRange(session.UnsentBytes, 0, 400_000);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, server.Senders.GetStatistics().StalledListeners);
    }
}
