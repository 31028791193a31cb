using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.Rtp;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>What clients under TLS are offered, and what SRTP lets them and others do.</summary>
public class RtspSecureTests
{
    private const string Supported = "Supported: linnet.repair, linnet.route, linnet.srtp\r\n";

    [Fact]
    public async Task The_description_for_a_stranger_under_TLS_is_plain_RTP_without_a_key()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse response = await client.RequestAsync("DESCRIBE", server.Uri("/jazz"));

        Assert.Contains("m=audio 0 RTP/AVP 96\r\n", response.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("a=crypto", response.Body, StringComparison.Ordinal);
        Assert.Null(response["Supported"]);
    }

    [Theory]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001", "", 461)]
    [InlineData("RTP/AVP/UDP;unicast;client_port=5000-5001", "", 461)]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001", "", 461)]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001", Supported, 461)]
    [InlineData("RTP/SAVPF;unicast;client_port=5000-5001", Supported, 461)]
    [InlineData("RTP/AVP/TCP;unicast;interleaved=2-3", "", 200)]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=2-3", "", 200)]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=2-3", "", 200)]
    public async Task Under_TLS_no_audio_leaves_in_the_clear(string transport, string headers, int status)
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse response = await client.RequestAsync("SETUP", server.Uri("/jazz"), $"{headers}Transport: {transport}\r\n");

        Assert.Equal(status, response.Status);
        Assert.Null(response["Linnet-Srtp"]);
        if (status == 200)
        {
            Assert.StartsWith("RTP/AVP/TCP;unicast;interleaved=2-3", response["Transport"], StringComparison.Ordinal);
        }
        else
        {
            Assert.StartsWith("Sound is sent as RTP/AVP/TCP;unicast, ", response.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, true, null)]
    [InlineData(true, false, null)]
    [InlineData(true, true, "libsrtp is not installed.")]
    public async Task SRTP_is_offered_only_under_TLS_with_UDP_and_the_library(bool isTls, bool hasUdp, string? problem)
    {
        var logger = new RecordingLogger();
        await using var server = new RtspTestServer(isTls: isTls, hasUdp: hasUdp, srtpProblem: problem, logger: logger);
        using RawRtspClient client = await server.ConnectAsync();

        for (int i = 0; i < 2; i++)
        {
            RawResponse description = await client.RequestAsync("DESCRIBE", server.Uri("/jazz"), "Supported: linnet.srtp\r\n");
            RawResponse setup = await client.RequestAsync(
                "SETUP", server.Uri("/jazz"), $"{Supported}Transport: RTP/SAVP;unicast;client_port=5000-5001\r\n");
            Assert.Equal((null, 461, null), (description["Supported"], setup.Status, setup["Linnet-Srtp"]));
        }

        Assert.Equal(
            problem is null ? 0 : 1, logger.Lines.Count(line => line.StartsWith("507", StringComparison.Ordinal)));
        Assert.All(
            logger.Lines.Where(static line => line.StartsWith("507", StringComparison.Ordinal)),
            line => Assert.EndsWith(problem!, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_a_proxy_there_is_no_SRTP()
    {
        await using var server = new RtspTestServer(isTls: true, proxies: "127.0.0.1/32");
        using RawRtspClient client = await server.ConnectAsync();
        await client.SendAsync("PROXY TCP4 192.0.2.7 192.0.2.1 40000 8322\r\n");

        RawResponse description = await client.RequestAsync("DESCRIBE", server.Uri("/jazz"), "Supported: linnet.srtp\r\n");

        Assert.Equal((200, null), (description.Status, description["Supported"]));
    }

    [Fact]
    public async Task Each_setup_gets_a_key_of_its_own()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        RtpStreamIdentity stream = server.Opus.Info.Stream;

        RawResponse description = await client.RequestAsync("DESCRIBE", server.Uri("/jazz"), "Supported: linnet.srtp\r\n");
        var keys = new List<LinnetSrtpHeader>();
        string again = "";
        foreach (int port in new[] { 5000, 5000, 5002 })
        {
            RawResponse setup = await client.RequestAsync(
                "SETUP", server.Uri("/jazz"), $"{Supported}{again}Transport: RTP/SAVP;unicast;client_port={port}-{port + 1}\r\n");
            again = keys.Count == 0 ? $"Session: {setup["Session"]!.Split(';')[0]}\r\n" : "";
            Assert.Equal(200, setup.Status);
            Assert.StartsWith($"RTP/SAVP;unicast;client_port={port}-{port + 1};server_port=", setup["Transport"], StringComparison.Ordinal);
            Assert.True(LinnetSrtpHeader.TryParse(setup["Linnet-Srtp"], out LinnetSrtpHeader? terms));
            keys.Add(terms);

            // The key is the proof of the address.
            Assert.Null(setup["Linnet-Route"]);
        }

        Assert.Equal("linnet.srtp", description["Supported"]);
        Assert.All(keys, k => Assert.Equal((stream.Ssrc, stream.RtxSsrc), (k.Stream, k.Retransmissions)));
        Assert.Equal(3, keys.Select(static k => k.Key.ToInline()).Distinct().Count());
        Assert.Equal(3, keys.Select(static k => k.Listener).Except([stream.Ssrc, stream.RtxSsrc]).Distinct().Count());
        Assert.Equal(2, server.Server.GetSnapshot().Sessions.Count);
    }

    [Fact]
    public async Task Audio_reports_and_the_goodbye_are_what_a_plain_listener_gets_but_encrypted()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        PacketItem[] packets = RtspTestServer.Publish(server.Opus, 200);
        RtspTestServer.End(server.Opus);

        var heard = new List<byte[]>();
        byte[] datagram;
        do
        {
            datagram = await ears.ReadRtpAsync();
            Assert.Equal(SrtpVerdict.Authentic, srtp.Decrypt(datagram, out byte[] clear));
            Assert.False(datagram.AsSpan(RtpHeader.Length).StartsWith(clear.AsSpan(RtpHeader.Length)));
            heard.Add(clear);
        }
        while (!heard[^1].AsSpan().SequenceEqual(packets[^1].Datagram.Span));

        Assert.Equal(RtspTestServer.Published(server.Opus).Select(static p => p.Datagram.ToArray()), heard);
        RtcpCompound compound;
        do
        {
            Assert.Equal(SrtpVerdict.Authentic, srtp.DecryptRtcp(await ears.ReadRtcpAsync(), out byte[] clear));
            Assert.True(RtcpCompound.TryParse(clear, out compound!));
        }
        while (!compound.Packets.OfType<Goodbye>().Any());

        Assert.Equal(GoodbyeReason.StationEnded, compound.Packets.OfType<Goodbye>().Single().Reason);
    }

    [Fact]
    public async Task Only_the_listener_itself_can_request_packets_and_only_once_with_each_request()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        PacketItem[] packets = RtspTestServer.Publish(server.Opus, 10);
        await HearAsync(ears, srtp, packets[^1]);
        byte[] nack = new byte[40];
        nack = nack[..RtcpCompound.WriteReducedSize(
            nack, GenericNack.For(srtp.Terms.Listener, srtp.Terms.Stream, [packets[3].SequenceNumber], out _))];
        IPEndPoint rtcp = server.Ports!.Rtcp.LocalEndPoint;

        // In the clear, with a wrong tag, with another key.
        ears.SendRtcp(nack, rtcp);
        byte[] request = srtp.EncryptRtcp(nack);
        byte[] changed = [.. request];
        changed[^1] ^= 1;
        ears.SendRtcp(changed, rtcp);
        using (SrtpSession thief = SrtpEnds.Create(isServer: false, srtp.Terms with { Key = SrtpMasterKey.Random() }))
        {
            ears.SendRtcp(thief.EncryptRtcp(nack), rtcp);
        }

        await Until.TrueAsync(() => server.Server.GetSnapshot().UnauthenticDatagrams == 3);
        Assert.Equal(0, Assert.Single(server.Server.GetSnapshot().Sessions).Repair!.Requested);
        Assert.Equal(0, server.Server.GetSnapshot().ReportsHeard);

        ears.SendRtcp(request, rtcp);
        Assert.Equal(SrtpVerdict.Authentic, srtp.Decrypt(await ears.ReadRtpAsync(), out byte[] resent));
        Assert.True(RtpPacket.TryParse(resent, out RtpPacket rtp));
        Assert.Equal((97, srtp.Terms.Retransmissions), (rtp.Header.PayloadType, rtp.Header.Ssrc));
        Assert.True(RtxPayload.TryParse(rtp.Payload, out RtxPayload original));
        Assert.Equal(packets[3].Payload.ToArray(), original.Payload.ToArray());

        ears.SendRtcp(request, rtcp);
        await Until.TrueAsync(() => server.Server.GetSnapshot().UnauthenticDatagrams == 4);
        Assert.Equal(1, Assert.Single(server.Server.GetSnapshot().Sessions).Repair!.Requested);
    }

    [Fact]
    public async Task Copies_and_plain_packets_take_turns_under_one_key()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        await HearAsync(ears, srtp, RtspTestServer.Publish(server.Opus, 20)[^1]);

        foreach ((string wanted, int payloadType) in new[] { ("copies=2;spacing=40", 98), ("none", 96), ("copies=1;spacing=20", 98) })
        {
            RawResponse set = await client.RequestAsync(
                "SET_PARAMETER", server.Uri("/jazz"), "Content-Type: text/parameters\r\n", $"linnet.redundancy: {wanted}\r\n");
            Assert.Equal(200, set.Status);
            RtspTestServer.Publish(server.Opus, 1);
            Assert.Equal(SrtpVerdict.Authentic, srtp.Decrypt(await ears.ReadRtpAsync(), out byte[] clear));
            Assert.True(RtpPacket.TryParse(clear, out RtpPacket packet));
            Assert.Equal(payloadType, packet.Header.PayloadType);
        }
    }

    [Fact]
    public async Task A_listener_is_moved_by_its_key_and_by_nothing_else()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        using var stranger = new UdpEars(IPAddress.Parse("127.0.0.2"));
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        IPEndPoint rtp = server.Ports!.Rtp.LocalEndPoint;
        byte[] empty = new byte[8];
        new ReceiverReport(srtp.Terms.Listener).Write(empty);
        byte[] punch = new byte[RtpHeader.Length];
        new RtpHeader(96, false, 1, 2, srtp.Terms.Stream).Write(punch);
        byte[] shown = srtp.EncryptRtcp(empty);
        ears.SendRtp(shown, rtp);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);

        // From another program of the same address: what anyone can send, and what was sent before. From another address: the key's own.
        foreach (byte[] datagram in new[] { punch, empty, shown })
        {
            thief.SendRtp(datagram, rtp);
        }

        stranger.SendRtp(srtp.EncryptRtcp(empty), rtp);
        await Until.TrueAsync(() => server.Server.GetSnapshot() is { UnauthenticDatagrams: 2, StrangeDatagrams: 2 });
        await HearAsync(ears, srtp, RtspTestServer.Publish(server.Opus, 1)[0]);
        Assert.Equal((0, false), (server.Server.GetSnapshot().PortsLatched, thief.HasRtp));

        for (int moves = 2; moves <= 4; moves += 2)
        {
            using var elsewhere = new UdpEars();
            elsewhere.SendRtp(srtp.EncryptRtcp(empty), rtp);
            elsewhere.SendRtcp(srtp.EncryptRtcp(empty), server.Ports.Rtcp.LocalEndPoint);
            await Until.TrueAsync(() => server.Server.GetSnapshot().PortsLatched == moves);
            await HearAsync(elsewhere, srtp, RtspTestServer.Publish(server.Opus, 1)[0]);
        }
    }

    [Fact]
    public async Task After_a_pause_the_audio_goes_on_under_the_same_key()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        await HearAsync(ears, srtp, RtspTestServer.Publish(server.Opus, 5)[^1]);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await client.RequestAsync("PAUSE", server.Uri("/jazz"))).Status);
            Task<RawResponse> playing = client.RequestAsync("PLAY", server.Uri("/jazz"));
            RtspTestServer.Publish(server.Opus, 2);
            Assert.Equal(200, (await playing).Status);
            await HearAsync(ears, srtp, RtspTestServer.Publish(server.Opus, 2)[^1]);
        }
    }

    [Fact]
    public async Task After_a_pause_in_which_the_player_would_lose_count_it_must_set_up_again()
    {
        await using var server = new RtspTestServer(isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        await HearAsync(ears, srtp, RtspTestServer.Publish(server.Opus, 5)[^1]);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", server.Uri("/jazz"))).Status);
        RtspTestServer.Publish(server.Opus, 33_000);
        RtspTestServer.Publish(server.Opus, 1, dueAt: TimeProvider.System.GetTimestamp() + (60 * TimeProvider.System.TimestampFrequency));

        RawResponse refused = await client.RequestAsync("PLAY", server.Uri("/jazz"));

        Assert.NotEqual(200, refused.Status);
        Assert.Contains("too long for SRTP. Set up another session.", refused.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(33_000, false)]
    public async Task If_no_packet_came_when_it_resumed_it_plays_on_or_is_ended_by_the_length_of_the_pause(int packets, bool playsOn)
    {
        await using var server = new RtspTestServer(new RtspServerOptions { FirstPacketTimeout = TimeSpan.Zero }, isTls: true);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using SrtpSession srtp = await PlayAsync(server, client, ears);
        await HearAsync(ears, srtp, RtspTestServer.Publish(server.Opus, 5)[^1]);
        Assert.Equal(200, (await client.RequestAsync("PAUSE", server.Uri("/jazz"))).Status);
        RtspTestServer.Publish(server.Opus, packets);

        RawResponse resumed = await client.RequestAsync("PLAY", server.Uri("/jazz"));
        PacketItem next = RtspTestServer.Publish(server.Opus, 1)[0];

        Assert.Equal((200, null), (resumed.Status, resumed["RTP-Info"]));
        if (playsOn)
        {
            await HearAsync(ears, srtp, next);
        }
        else
        {
            await Until.TrueAsync(
                () => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.RenditionStopped) == 1);
            Assert.True(await client.IsClosedAsync());
        }
    }

    private static async Task<SrtpSession> PlayAsync(RtspTestServer server, RawRtspClient client, UdpEars ears)
    {
        RawResponse setup = await client.SetupAsync(
            server.Uri("/jazz"), $"RTP/SAVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}\r\n{Supported}".TrimEnd());
        Assert.True(LinnetSrtpHeader.TryParse(setup["Linnet-Srtp"], out LinnetSrtpHeader? terms));
        Assert.Equal(200, (await client.RequestAsync("PLAY", server.Uri("/jazz"))).Status);
        return SrtpEnds.Create(isServer: false, terms);
    }

    // Packets from before may come first.
    private static async Task HearAsync(UdpEars ears, SrtpSession srtp, PacketItem packet)
    {
        byte[] clear;
        do
        {
            Assert.Equal(SrtpVerdict.Authentic, srtp.Decrypt(await ears.ReadRtpAsync(), out clear));
        }
        while (!packet.Datagram.Span.SequenceEqual(clear));
    }
}
