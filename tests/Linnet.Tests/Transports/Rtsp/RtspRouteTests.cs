using System.Globalization;
using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Which datagrams may move a listener to another port of its address.</summary>
public class RtspRouteTests
{
    private const uint Listener = 0xABCD_1234;

    private static readonly RtspServerOptions Options = new() { FirstPacketTimeout = TimeSpan.Zero };

    [Fact]
    public async Task Once_audio_has_played_for_a_while_only_a_proof_moves_a_listener()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(Options, time);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);

        // Audio starts only after the response to PLAY.
        await Until.TrueAsync(() => server.Senders.Count == 1);
        time.Advance(RouteTable.LatchWindow + TimeSpan.FromMilliseconds(1));

        long sent = Attack(server, thief, Listener);
        await Until.TrueAsync(() => server.Server.GetSnapshot() is var s && s.StrangeDatagrams + s.MalformedDatagrams == sent);

        await ExpectNoMoveAsync(server, ears, thief);
    }

    [Fact]
    public async Task A_report_on_the_stream_confirms_the_route_and_then_only_a_proof_moves_it()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);
        ears.SendRtcp(Report(server, Listener), server.Ports!.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);

        long sent = Attack(server, thief, Listener + 1);
        await Until.TrueAsync(() => server.Server.GetSnapshot() is var s && s.StrangeDatagrams + s.MalformedDatagrams == sent);

        await ExpectNoMoveAsync(server, ears, thief);
    }

    [Fact]
    public async Task Reports_from_an_unproven_port_never_become_a_proof()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);

        // The listener opens its path, and another program of its address reports before the listener does.
        ears.SendRtp(Punch(server), server.Ports!.Rtp.LocalEndPoint);
        for (int i = 1; i <= 2; i++)
        {
            thief.SendRtcp(Report(server, Listener), server.Ports.Rtcp.LocalEndPoint);
            await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == i);
        }

        thief.SendRtp(Report(server, Listener), server.Ports.Rtp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot() is { StrangeDatagrams: 1 } or { PortsLatched: 2 });

        await ExpectNoMoveAsync(server, ears, thief, ofReports: 1);
    }

    [Fact]
    public async Task After_an_unproven_report_moved_the_reports_a_first_packet_still_moves_the_audio()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var translated = new UdpEars();
        await PlayAsync(server, client, ears);

        translated.SendRtcp(Report(server, Listener), server.Ports!.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);
        translated.SendRtp(Punch(server), server.Ports.Rtp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().PortsLatched == 2);

        PacketItem packet = RtspTestServer.Publish(server.Opus, 1)[0];
        await HearAsync(translated, packet);
    }

    [Fact]
    public async Task A_report_with_the_listeners_SSRC_moves_it_each_time()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await PlayAsync(server, client, ears);
        ears.SendRtcp(Report(server, Listener), server.Ports!.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);

        for (int moves = 2; moves <= 4; moves += 2)
        {
            using var elsewhere = new UdpEars();
            elsewhere.SendRtp(Report(server, Listener), server.Ports.Rtp.LocalEndPoint);
            elsewhere.SendRtcp(Report(server, Listener), server.Ports.Rtcp.LocalEndPoint);
            await Until.TrueAsync(() => server.Server.GetSnapshot().PortsLatched == moves);

            PacketItem packet = RtspTestServer.Publish(server.Opus, 1)[0];
            await HearAsync(elsewhere, packet);
        }
    }

    [Fact]
    public async Task A_guessable_SSRC_is_not_a_proof()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);

        // ffmpeg reports with the SSRC after the stream's.
        uint next = unchecked(server.Opus.Info.Stream.Ssrc + 1);
        ears.SendRtcp(Report(server, next), server.Ports!.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);
        thief.SendRtp(Report(server, next), server.Ports.Rtp.LocalEndPoint);
        thief.SendRtcp(Report(server, next), server.Ports.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().StrangeDatagrams == 2);

        await ExpectNoMoveAsync(server, ears, thief);
    }

    [Fact]
    public async Task A_listener_with_a_secret_is_moved_only_by_that_secret_and_at_once()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        using var stranger = new UdpEars(IPAddress.Parse("127.0.0.2"));
        RawResponse answer = await client.RequestAsync(
            "SETUP", server.Uri("/jazz"),
            $"Supported: linnet.route\r\nTransport: RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}\r\n");
        Assert.Equal("linnet.route", answer["Supported"]);
        UInt128 secret = UInt128.Parse(answer["Linnet-Route"]!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

        // Not even before its audio starts, when any packet could move another listener.
        long sent = Attack(server, thief, Listener);
        stranger.SendRtp(Proof(secret), server.Ports!.Rtp.LocalEndPoint);
        thief.SendRtp(Proof(secret + 1), server.Ports.Rtp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot() is var s && s.StrangeDatagrams + s.MalformedDatagrams == sent + 2);
        await client.RequestAsync("PLAY", server.Uri("/jazz"), $"Session: {answer["Session"]!.Split(';')[0]}\r\n");
        await ExpectNoMoveAsync(server, ears, thief);

        for (int moves = 2; moves <= 6; moves += 2)
        {
            using var elsewhere = new UdpEars();
            elsewhere.SendRtp(Proof(secret), server.Ports.Rtp.LocalEndPoint);
            elsewhere.SendRtcp(Proof(secret), server.Ports.Rtcp.LocalEndPoint);
            await Until.TrueAsync(() => server.Server.GetSnapshot().PortsLatched == moves);

            PacketItem packet = RtspTestServer.Publish(server.Opus, 1)[0];
            await HearAsync(elsewhere, packet);
        }
    }

    [Fact]
    public async Task A_client_that_does_not_ask_gets_no_secret()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse udp = await client.SetupAsync(server.Uri("/jazz"), "RTP/AVP;unicast;client_port=5000-5001");
        RawResponse tcp =
            await client.RequestAsync("SETUP", server.Uri("/jazz"), "Supported: linnet.route\r\nTransport: RTP/AVP/TCP;unicast\r\n");

        Assert.All([udp, tcp], a => Assert.Null(a["Linnet-Route"]));
        Assert.All([udp, tcp], a => Assert.Null(a["Supported"]));
    }

    [Fact]
    public void A_secret_counts_only_from_its_own_address_even_if_others_listen()
    {
        var time = new FakeTimeProvider();
        using RtpPortPair ports = RtpPortPair.Bind(IPAddress.Any, 0);
        var sender = new RtpSender(ports, time, NullLogger.Instance);
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", 48_000, 2), 240, 128_000, RtpStreamIdentity.Random());
        var neighbour = IPAddress.Parse("127.0.0.2");
        UdpRoute mine = sender.Open(IPAddress.Loopback, IPAddress.Loopback, 10_000, 10_001, new RtpFeedback(info, time), proof: 7);
        UdpRoute other = sender.Open(IPAddress.Loopback, neighbour, 10_000, 10_001, new RtpFeedback(info, time));
        other.StartSound(time.GetTimestamp());
        time.Advance(RouteTable.LatchWindow * 2);

        SocketAddress from = ports.Rtp.AddressOf(new IPEndPoint(neighbour, 20_000));
        sender.OnRtp(Proof(7), from);
        sender.OnRtcp(Proof(7), from);

        Assert.Equal((2, 0), (sender.Strangers, sender.Latched));
        sender.OnRtp(Proof(7), ports.Rtp.AddressOf(new IPEndPoint(IPAddress.Loopback, 20_000)));
        Assert.Equal((2, 1), (sender.Strangers, sender.Latched));
        sender.Close(mine);
        sender.Close(other);
    }

    [Fact]
    public void A_report_on_another_stream_does_not_make_its_SSRC_a_proof()
    {
        var time = new FakeTimeProvider();
        using RtpPortPair ports = RtpPortPair.Bind(IPAddress.Loopback, 0);
        var sender = new RtpSender(ports, time, NullLogger.Instance);
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", 48_000, 2), 240, 128_000, RtpStreamIdentity.Random());
        UdpRoute route = sender.Open(IPAddress.Loopback, IPAddress.Loopback, 10_000, 10_001, new RtpFeedback(info, time));
        route.StartSound(time.GetTimestamp());
        time.Advance(RouteTable.LatchWindow * 2);
        SocketAddress thief = ports.Rtp.AddressOf(new IPEndPoint(IPAddress.Loopback, 20_000));

        sender.OnRtcp(Report(unchecked(info.Stream.Ssrc + 1), Listener), ports.Rtcp.AddressOf(new IPEndPoint(IPAddress.Loopback, 10_001)));
        sender.OnRtp(Report(info.Stream.Ssrc, Listener), thief);
        Assert.Equal((1, 0), (sender.Strangers, sender.Latched));

        // A report on the listener's own stream does.
        sender.OnRtcp(Report(info.Stream.Ssrc, Listener), ports.Rtcp.AddressOf(new IPEndPoint(IPAddress.Loopback, 10_001)));
        sender.OnRtp(Report(info.Stream.Ssrc, Listener), thief);
        Assert.Equal((1, 1), (sender.Strangers, sender.Latched));
        sender.Close(route);
    }

    [Fact]
    public void Datagrams_from_strangers_cost_the_same_for_any_number_of_listeners_at_their_address()
    {
        var time = new FakeTimeProvider();
        using RtpPortPair ports = RtpPortPair.Bind(IPAddress.Loopback, 0);
        var sender = new RtpSender(ports, time, NullLogger.Instance);
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", 48_000, 2), 240, 128_000, RtpStreamIdentity.Random());
        UdpRoute[] routes = [.. Enumerable.Range(0, 500).Select(i =>
            sender.Open(IPAddress.Loopback, IPAddress.Loopback, 10_000 + (2 * i), 10_001 + (2 * i), new RtpFeedback(info, time)))];
        Array.ForEach(routes, r => r.StartSound(time.GetTimestamp()));
        time.Advance(RouteTable.LatchWindow * 2);

        byte[] report = new byte[32];
        RtcpCompound.Write(report, new ReceiverReport(Listener) { Blocks = [new ReportBlock(info.Stream.Ssrc, 0, 0, 0, 0, 0, 0)] });
        for (int i = 0; i < 1000; i++)
        {
            SocketAddress from = ports.Rtp.AddressOf(new IPEndPoint(IPAddress.Loopback, 20_000 + i));
            sender.OnRtp([0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], from);
            sender.OnRtcp(report, from);
        }

        // Each route is examined once per port, and is then known to be too old; a search would have examined a million.
        Assert.InRange(sender.RoutesLookedAt, 2, 2 * routes.Length);
        Assert.Equal(2000, sender.Strangers);
        Assert.Equal(0, sender.Latched);
        Array.ForEach(routes, sender.Close);
    }

    [Fact]
    public void Datagrams_from_unknown_addresses_allocate_nothing()
    {
        var time = new FakeTimeProvider();
        using RtpPortPair ports = RtpPortPair.Bind(IPAddress.Loopback, 0);
        var sender = new RtpSender(ports, time, NullLogger.Instance);
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", 48_000, 2), 240, 128_000, RtpStreamIdentity.Random());
        UdpRoute route = sender.Open(IPAddress.Loopback, IPAddress.Loopback, 10_000, 10_001, new RtpFeedback(info, time));
        byte[] report = new byte[32];
        RtcpCompound.Write(report, new ReceiverReport(Listener) { Blocks = [new ReportBlock(info.Stream.Ssrc, 0, 0, 0, 0, 0, 0)] });
        SocketAddress from = ports.Rtp.AddressOf(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 20_000));
        sender.OnRtp(report, from);
        sender.OnRtcp(report, from);

        long allocated = Allocations.OfRounds(5, _ =>
        {
            for (int i = 0; i < 200; i++)
            {
                sender.OnRtp(report, from);
                sender.OnRtcp(report, from);
            }
        });

        Assert.Equal(0, allocated);
        Assert.Equal(2002, sender.Strangers);
        sender.Close(route);
    }

    private static async Task PlayAsync(RtspTestServer server, RawRtspClient client, UdpEars ears)
    {
        await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        Assert.Equal(200, (await client.RequestAsync("PLAY", server.Uri("/jazz"))).Status);
    }

    // Sends everything that another program behind the listener's address can send. Returns the number of datagrams.
    private static long Attack(RtspTestServer server, UdpEars thief, uint guess)
    {
        byte[] empty = new byte[8];
        new ReceiverReport(guess).Write(empty);
        byte[][] datagrams =
            [Punch(server), [0xCE, 0xFA, 0xED, 0xFE], [0], empty, Report(server, guess), Proof(0), Proof(UInt128.MaxValue)];
        foreach (byte[] datagram in datagrams)
        {
            thief.SendRtp(datagram, server.Ports!.Rtp.LocalEndPoint);
            thief.SendRtcp(datagram, server.Ports.Rtcp.LocalEndPoint);
        }

        return 2 * datagrams.Length;
    }

    private static async Task ExpectNoMoveAsync(RtspTestServer server, UdpEars ears, UdpEars thief, int ofReports = 0)
    {
        await HearAsync(ears, RtspTestServer.Publish(server.Opus, 3)[^1]);
        Assert.False(thief.HasRtp);
        Assert.Equal(ofReports, server.Server.GetSnapshot().PortsLatched);
    }

    // Packets from before PLAY may come first.
    private static async Task HearAsync(UdpEars ears, PacketItem packet)
    {
        byte[] heard = [];
        while (!packet.Datagram.Span.SequenceEqual(heard))
        {
            heard = await ears.ReadRtpAsync();
        }
    }

    private static byte[] Punch(RtspTestServer server)
    {
        byte[] bytes = new byte[RtpHeader.Length];
        new RtpHeader(96, false, 1, 2, server.Opus.Info.Stream.Ssrc).Write(bytes);
        return bytes;
    }

    private static byte[] Report(RtspTestServer server, uint listener) => Report(server.Opus.Info.Stream.Ssrc, listener);

    private static byte[] Report(uint stream, uint listener)
    {
        byte[] bytes = new byte[32];
        new ReceiverReport(listener) { Blocks = [new ReportBlock(stream, 0, 0, 100, 0, 0, 0)] }.Write(bytes);
        return bytes;
    }

    private static byte[] Proof(UInt128 secret)
    {
        byte[] bytes = new byte[36];
        RtcpCompound.Write(bytes, new ReceiverReport(Listener + 7), new RouteProof(Listener + 7, secret));
        return bytes;
    }
}
