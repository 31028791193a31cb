using System.Net;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Audio as listeners receive it.</summary>
public class RtspServerTests
{
    [Fact]
    public async Task A_listener_over_TCP_gets_every_packet_as_published_and_in_order()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        await client.PlayInterleavedAsync(server.Uri("/jazz/opus"));
        Assert.Empty(client.Frames);
        RtspTestServer.Publish(server.Opus, 50);

        foreach (PacketItem packet in RtspTestServer.Published(server.Opus))
        {
            Assert.Equal(packet.Datagram.ToArray(), await client.ReadFrameAsync());
        }
    }

    [Fact]
    public async Task Without_its_UDP_ports_a_server_serves_listeners_over_TCP_as_before()
    {
        var time = new ManualTime();
        await using var server = new RtspTestServer(time: time);
        server.Ports!.Dispose();
        await time.FireAsync(TimeSpan.FromSeconds(1));
        using RawRtspClient client = await server.ConnectAsync();

        await client.PlayInterleavedAsync(server.Uri("/jazz/opus"));

        foreach (PacketItem packet in RtspTestServer.Published(server.Opus))
        {
            Assert.Equal(packet.Datagram.ToArray(), await client.ReadFrameAsync());
        }

        // It still looks for dead sessions.
        await time.FireAsync(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 5)]
    [InlineData(7, 2)]
    public async Task The_client_chooses_its_channels(byte rtp, byte rtcp)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse setup = await client.SetupAsync(server.Uri("/jazz/opus/audio"), $"RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}");
        await client.RequestAsync("PLAY", server.Uri("/jazz/opus"));

        Assert.Contains($"interleaved={rtp}-{rtcp}", setup["Transport"], StringComparison.Ordinal);
        foreach (PacketItem packet in RtspTestServer.Published(server.Opus))
        {
            Assert.Equal(packet.Datagram.ToArray(), await client.ReadFrameAsync(rtp));
        }

        Assert.True(RtcpCompound.TryParse(await client.ReadFrameAsync(rtcp), out _));
    }

    [Fact]
    public async Task A_listener_over_UDP_gets_every_packet_as_published_and_in_order()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();

        RawResponse setup = await client.SetupAsync(server.Uri("/jazz/pcm"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz/pcm"));
        RtspTestServer.Publish(server.Pcm, 50);

        Assert.Contains(
            $"server_port={server.Ports!.Rtp.LocalEndPoint.Port}-{server.Ports.Rtcp.LocalEndPoint.Port};"
            + $"ssrc={server.Pcm.Info.Stream.Ssrc:X8}",
            setup["Transport"],
            StringComparison.Ordinal);
        foreach (PacketItem packet in RtspTestServer.Published(server.Pcm))
        {
            Assert.Equal(packet.Datagram.ToArray(), await ears.ReadRtpAsync());
        }
    }

    [Fact]
    public async Task All_listeners_of_a_rendition_get_the_same_bytes_and_a_later_one_starts_where_RTP_Info_says()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient first = await server.ConnectAsync();
        using RawRtspClient second = await server.ConnectAsync();
        using var ears = new UdpEars();

        await first.PlayInterleavedAsync(server.Uri("/jazz/opus"));
        Assert.Equal(RtspTestServer.Published(server.Opus)[0].Datagram.ToArray(), await first.ReadFrameAsync());
        RtspTestServer.Publish(server.Opus, 5);
        await second.SetupAsync(server.Uri("/jazz/opus"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        Task<RawResponse> playing = second.RequestAsync("PLAY", server.Uri("/jazz/opus"));
        while (!playing.IsCompleted)
        {
            RtspTestServer.Publish(server.Opus, 1);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        RtspTestServer.Publish(server.Opus, 10);
        RawResponse play = await playing;

        PacketItem[] published = RtspTestServer.Published(server.Opus);
        byte[] joined = await ears.ReadRtpAsync();
        int at = Array.FindIndex(published, p => p.Datagram.Span.SequenceEqual(joined));
        Assert.InRange(at, 0, published.Length - 1);
        Assert.Equal(
            $"url={server.Uri("/jazz/opus/audio")};seq={published[at].SequenceNumber};rtptime={published[at].Timestamp}", play["RTP-Info"]);
        foreach (PacketItem packet in published.Skip(at + 1))
        {
            Assert.Equal(packet.Datagram.ToArray(), await ears.ReadRtpAsync());
        }

        foreach (PacketItem packet in published.Skip(1))
        {
            Assert.Equal(packet.Datagram.ToArray(), await first.ReadFrameAsync());
        }
    }

    [Fact]
    public async Task TEARDOWN_ends_sending_and_the_lease()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        await client.PlayInterleavedAsync(server.Uri("/jazz/opus"));
        Assert.Equal(1, server.Opus.Leases);

        RawResponse answer = await client.RequestAsync("TEARDOWN", server.Uri("/jazz/opus"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(0, server.Opus.Leases);
        Assert.Empty(server.Server.GetSnapshot().Sessions);
        Assert.Equal(1, server.Server.GetSnapshot().EndedSessions[RtspSessionEnd.Teardown]);
        RtspTestServer.Publish(server.Opus, 5);
        await client.RequestAsync("OPTIONS", "*", "Session: gone\r\n");
        Assert.DoesNotContain(
            client.Frames,
            f => f.Channel == 0
                && f.Packet.AsSpan(2, 2).SequenceEqual(RtspTestServer.Published(server.Opus)[^1].Datagram.Span.Slice(2, 2)));
    }

    [Fact]
    public async Task When_the_connection_closes_its_sessions_end()
    {
        await using var server = new RtspTestServer();
        using (RawRtspClient client = await server.ConnectAsync())
        {
            using var ears = new UdpEars();
            await client.SetupAsync(server.Uri("/jazz/opus"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
            await client.RequestAsync("PLAY", server.Uri("/jazz/opus"));
            Assert.Equal(1, server.Opus.Leases);
        }

        await Until.TrueAsync(() => server.Opus.Leases == 0 && server.Server.GetSnapshot() is { Sessions: [], IdleConnections: 0 });
    }
}
