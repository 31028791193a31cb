using System.Buffers.Binary;
using System.Net;
using Linnet.Broadcast;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>RTCP between the server and its listeners, and where datagrams may go.</summary>
public class RtspRtcpTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sender_report_counts_the_packets_sent_and_names_the_sender(bool isUdp)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), isUdp
            ? $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}"
            : "RTP/AVP/TCP;unicast;interleaved=0-1");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        byte[] datagram = isUdp ? await ears.ReadRtcpAsync() : await client.ReadFrameAsync(channel: 1);

        Assert.True(RtcpCompound.TryParse(datagram, out RtcpCompound? compound));
        SenderReport report = Assert.IsType<SenderReport>(compound.Packets[0]);
        SourceDescription description = Assert.IsType<SourceDescription>(compound.Packets[1]);
        Assert.Equal(server.Opus.Info.Stream.Ssrc, report.Ssrc);
        Assert.Equal(server.Opus.Info.Stream.Ssrc, description.Chunks[0].Ssrc);
        Assert.Equal(16, description.Chunks[0].CanonicalName!.Length);
        Assert.Equal(20 * report.PacketCount, report.OctetCount);
        Assert.InRange(report.PacketCount, 1u, 3u);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receiver_report_appears_with_its_listener(bool isUdp)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), isUdp
            ? $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}"
            : "RTP/AVP/TCP;unicast;interleaved=0-1");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));
        byte[] heard = isUdp ? await ears.ReadRtcpAsync() : await client.ReadFrameAsync(channel: 1);
        Assert.True(RtcpCompound.TryParse(heard, out RtcpCompound? compound));
        uint middle = ((SenderReport)compound.Packets[0]).Time.Middle;

        byte[] bytes = new byte[36];
        var report = new ReceiverReport(0x99) { Blocks = [new ReportBlock(server.Opus.Info.Stream.Ssrc, 64, 7, 100, 480, middle, 0)] };
        RtcpCompound.Write(bytes.AsSpan(4), report);
        if (isUdp)
        {
            ears.SendRtcp(bytes[4..], server.Ports!.Rtcp.LocalEndPoint);
        }
        else
        {
            (bytes[0], bytes[1], bytes[3]) = ((byte)'$', 1, 32);
            await client.SendAsync(bytes);
        }

        await Until.TrueAsync(() => server.Server.GetSnapshot().Sessions[0].Reception is not null);
        ReceptionReport reception = server.Server.GetSnapshot().Sessions[0].Reception!;
        Assert.Equal(0.25, reception.FractionLost);
        Assert.Equal(7, reception.PacketsLost);
        Assert.Equal(TimeSpan.FromMilliseconds(10), reception.Jitter);
        Assert.NotNull(reception.RoundTrip);
        Assert.Equal(1, reception.Reports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task At_the_end_of_the_station_listeners_get_a_goodbye_and_the_connection_stays_open_for_a_while(bool isUdp)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), isUdp
            ? $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}"
            : "RTP/AVP/TCP;unicast;interleaved=0-1");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        RtspTestServer.End(server.Opus);

        await ExpectGoodbyeAsync(server.Opus, () => isUdp ? ears.ReadRtcpAsync() : client.ReadFrameAsync(channel: 1));
        Assert.Single(server.Server.GetSnapshot().Sessions);

        // The end is final, so there is no Retry-After.
        RawResponse again = await client.RequestAsync("PLAY", server.Uri("/jazz"));
        Assert.Equal((410, null), (again.Status, again["Retry-After"]));

        // A client that plays the rest and then tears down gets a regular response.
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", server.Uri("/jazz"))).Status);
        await Until.TrueAsync(() => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.StationEnded) == 1);
        Assert.Empty(server.Server.GetSnapshot().Sessions);
        Assert.Equal(0, server.Opus.Leases);
        Assert.Equal(454, (await client.RequestAsync("PAUSE", server.Uri("/jazz"))).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stopping_server_says_goodbye_to_all_listeners_and_closes(bool isUdp)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), isUdp
            ? $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}"
            : "RTP/AVP/TCP;unicast;interleaved=0-1");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        Task stopping = server.StopAsync();

        await ExpectGoodbyeAsync(server.Opus, () => isUdp ? ears.ReadRtcpAsync() : client.ReadFrameAsync(channel: 1));
        Assert.True(await client.IsClosedAsync());
        client.Dispose();
        await stopping;
        Assert.Equal(0, server.Opus.Leases);
        Assert.Equal(1, server.Server.GetSnapshot().EndedSessions[RtspSessionEnd.ServerStopped]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_behind_a_translator_is_found_by_its_punch_packets(bool beforePlay)
    {
        await using var server = new RtspTestServer { PacketsAtStart = 0 };
        using RawRtspClient client = await server.ConnectAsync();
        using var said = new UdpEars();
        using var real = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={said.RtpPort}-{said.RtcpPort}");
        Task<RawResponse>? playing = null;
        if (!beforePlay)
        {
            playing = client.RequestAsync("PLAY", server.Uri("/jazz"));
            await Until.TrueAsync(() => server.Opus.Leases == 1);
        }

        real.SendRtp([0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], server.Ports!.Rtp.LocalEndPoint);
        real.SendRtcp([0x80, 201, 0, 1, 0, 0, 0, 0], server.Ports.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().PortsLatched == 2);
        playing ??= client.RequestAsync("PLAY", server.Uri("/jazz"));
        await Until.TrueAsync(() => server.Opus.Leases == 1);
        PacketItem[] sent = RtspTestServer.Publish(server.Opus, 3);
        await playing;

        foreach (PacketItem packet in sent)
        {
            Assert.Equal(packet.Datagram.ToArray(), await real.ReadRtpAsync());
        }

        Assert.True(RtcpCompound.TryParse(await real.ReadRtcpAsync(), out _));
        Assert.False(said.HasRtp);

        // Once found it stays: another port of the same address no longer moves it.
        using var third = new UdpEars();
        third.SendRtp([0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], server.Ports.Rtp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().StrangeDatagrams == 1);
        PacketItem after = RtspTestServer.Publish(server.Opus, 1)[0];
        Assert.Equal(after.Datagram.ToArray(), await real.ReadRtpAsync());
    }

    [Fact]
    public async Task A_packet_from_another_address_moves_no_listener()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars(IPAddress.Parse("127.0.0.2"));
        await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        byte[] punch = new byte[12];
        punch[0] = 0x80;
        BinaryPrimitives.WriteUInt32BigEndian(punch.AsSpan(8), server.Opus.Info.Stream.Ssrc);
        thief.SendRtp(punch, server.Ports!.Rtp.LocalEndPoint);
        thief.SendRtcp([0x80, 201, 0, 1, 0, 0, 0, 0], server.Ports.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().StrangeDatagrams == 2);
        RtspTestServer.Publish(server.Opus, 3);

        foreach (PacketItem packet in RtspTestServer.Published(server.Opus))
        {
            Assert.Equal(packet.Datagram.ToArray(), await ears.ReadRtpAsync());
        }

        Assert.False(thief.HasRtp);
        Assert.Equal(0, server.Server.GetSnapshot().PortsLatched);
    }

    [Fact]
    public async Task Malformed_RTCP_is_counted()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        ears.SendRtcp([1, 2, 3], server.Ports!.Rtcp.LocalEndPoint);

        await Until.TrueAsync(() => server.Server.GetSnapshot().MalformedDatagrams == 1);
    }

    private static async Task ExpectGoodbyeAsync(BroadcastRing ring, Func<Task<byte[]>> read)
    {
        while (true)
        {
            Assert.True(RtcpCompound.TryParse(await read(), out RtcpCompound? compound));
            if (compound.Packets[^1] is Goodbye goodbye)
            {
                Assert.Equal([ring.Info.Stream.Ssrc], goodbye.Ssrcs);
                return;
            }
        }
    }
}
