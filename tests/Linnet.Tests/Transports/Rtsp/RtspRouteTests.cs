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

/// <summary>Who may move a listener's datagrams to another port of its address, and by what.</summary>
public class RtspRouteTests
{
    private const uint Listener = 0xABCD_1234;

    private static readonly RtspServerOptions Options = new() { FirstPacketTimeout = TimeSpan.Zero };

    [Fact]
    public async Task Once_sound_has_passed_for_a_while_nothing_without_a_proof_moves_it()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(Options, time);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);

        // Sound begins only after the answer to PLAY.
        await Until.TrueAsync(() => server.Senders.Count == 1);
        time.Advance(RouteTable.LatchWindow + TimeSpan.FromMilliseconds(1));

        long sent = Attack(server, thief, Listener);
        await Until.TrueAsync(() => server.Server.GetSnapshot() is var s && s.StrangeDatagrams + s.MalformedDatagrams == sent);

        await ExpectNoMoveAsync(server, ears, thief);
    }

    [Fact]
    public async Task A_report_on_the_stream_shows_that_it_arrives_and_then_nothing_without_a_proof_moves_it()
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
    public async Task What_comes_from_where_a_packet_without_a_proof_has_moved_the_reports_never_becomes_a_proof()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);

        // The listener opens its way, and before it reports for the first time another program of its address does.
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
    public async Task Where_a_report_without_a_proof_has_moved_the_reports_the_sound_still_goes_where_a_first_packet_says()
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
    public async Task A_report_with_the_listeners_own_number_moves_it_as_often_as_it_comes()
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
    public async Task A_number_that_anybody_can_guess_is_no_proof()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var thief = new UdpEars();
        await PlayAsync(server, client, ears);

        // ffmpeg reports with the number after the stream's.
        uint next = unchecked(server.Opus.Info.Stream.Ssrc + 1);
        ears.SendRtcp(Report(server, next), server.Ports!.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);
        thief.SendRtp(Report(server, next), server.Ports.Rtp.LocalEndPoint);
        thief.SendRtcp(Report(server, next), server.Ports.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().StrangeDatagrams == 2);

        await ExpectNoMoveAsync(server, ears, thief);
    }

    [Fact]
    public async Task Who_was_given_a_secret_is_moved_by_it_at_once_and_by_nothing_else()
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

        // Not even before its sound has begun, when others may be moved by any packet.
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
    public async Task Who_does_not_ask_for_a_secret_is_given_none()
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
    public void A_secret_counts_from_its_own_address_alone_also_where_others_listen()
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
    public void The_number_of_a_report_on_another_stream_proves_nothing()
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

        // On its own stream it does.
        sender.OnRtcp(Report(info.Stream.Ssrc, Listener), ports.Rtcp.AddressOf(new IPEndPoint(IPAddress.Loopback, 10_001)));
        sender.OnRtp(Report(info.Stream.Ssrc, Listener), thief);
        Assert.Equal((1, 1), (sender.Strangers, sender.Latched));
        sender.Close(route);
    }

    [Fact]
    public void What_strangers_send_costs_the_same_however_many_listeners_are_at_their_address()
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

        // Each route is looked at once by either port, and is then known to be past that; a search would have looked at a million.
        Assert.InRange(sender.RoutesLookedAt, 2, 2 * routes.Length);
        Assert.Equal(2000, sender.Strangers);
        Assert.Equal(0, sender.Latched);
        Array.ForEach(routes, sender.Close);
    }

    [Fact]
    public void What_comes_from_where_no_listener_is_allocates_nothing()
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

    // Everything that another program behind the listener's address can send. How many datagrams that are.
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

    // What was there when it began to play may come before.
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
