using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Limits that protect the server and its listeners.</summary>
public class RtspLimitTests
{
    private const string Interleaved = "RTP/AVP/TCP;unicast;interleaved=0-1";

    // For simulated time, in which no audio becomes due.
    private static readonly RtspServerOptions Silent =
        new() { SessionTimeout = TimeSpan.FromSeconds(60), FirstPacketTimeout = TimeSpan.Zero };

    [Fact]
    public async Task Sessions_above_the_limit_get_503_until_one_ends()
    {
        await using var server = new RtspTestServer(new RtspServerOptions { MaxSessions = 2 });
        using RawRtspClient first = await server.ConnectAsync();
        using RawRtspClient second = await server.ConnectAsync();
        using RawRtspClient third = await server.ConnectAsync(IPAddress.Parse("127.0.0.2"));
        await first.SetupAsync(server.Uri("/"), Interleaved);
        await second.SetupAsync(server.Uri("/"), Interleaved);

        RawResponse refused = await third.RequestAsync("SETUP", server.Uri("/"), $"Transport: {Interleaved}\r\n");
        await first.RequestAsync("TEARDOWN", server.Uri("/"));

        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused["Retry-After"]);
        await third.SetupAsync(server.Uri("/"), Interleaved);
    }

    [Fact]
    public async Task Sessions_above_the_limit_of_an_address_get_503_and_others_are_served()
    {
        await using var server = new RtspTestServer(new RtspServerOptions { MaxSessionsPerAddress = 1 });
        using RawRtspClient first = await server.ConnectAsync();
        using RawRtspClient second = await server.ConnectAsync();
        using RawRtspClient third = await server.ConnectAsync(IPAddress.Parse("127.0.0.2"));
        await first.SetupAsync(server.Uri("/"), Interleaved);

        Assert.Equal(503, (await second.RequestAsync("SETUP", server.Uri("/"), $"Transport: {Interleaved}\r\n")).Status);
        await third.SetupAsync(server.Uri("/"), Interleaved);
    }

    [Fact]
    public async Task Connections_without_a_session_above_the_limit_are_closed_at_once()
    {
        // Time stands still: otherwise the connection that has been silent longest would be closed.
        await using var server = new RtspTestServer(new RtspServerOptions { MaxIdleConnectionsPerAddress = 2 }, new FakeTimeProvider());
        using RawRtspClient first = await server.ConnectAsync();
        using RawRtspClient second = await server.ConnectAsync();
        await first.RequestAsync("OPTIONS", "*");
        await second.RequestAsync("OPTIONS", "*");

        Assert.True(await IsRefusedAsync(server));
        Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.TooMany]);

        // A connection with a session does not count.
        await first.SetupAsync(server.Uri("/"), Interleaved);
        using RawRtspClient fourth = await server.ConnectAsync();
        await fourth.RequestAsync("OPTIONS", "*");
    }

    [Theory]
    [InlineData(2, 100)]
    [InlineData(100, 2)]
    public async Task The_connection_without_a_session_that_has_been_silent_longest_is_closed_for_a_new_one(int inAll, int ofAddress)
    {
        var time = new FakeTimeProvider();
        await using var server =
            new RtspTestServer(new RtspServerOptions { MaxIdleConnections = inAll, MaxIdleConnectionsPerAddress = ofAddress }, time);
        using RawRtspClient heard = await server.ConnectAsync();
        await heard.RequestAsync("OPTIONS", "*");
        using RawRtspClient silent = await server.ConnectAsync();
        await Until.TrueAsync(() => server.Server.GetSnapshot().IdleConnections == 2);

        // It was first, but has sent a request since.
        time.Advance(TimeSpan.FromSeconds(1));
        await heard.RequestAsync("OPTIONS", "*");

        using RawRtspClient third = await server.ConnectAsync();
        await third.SetupAsync(server.Uri("/"), Interleaved);

        Assert.True(await silent.IsClosedAsync());
        await heard.SetupAsync(server.Uri("/"), Interleaved);
        Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.GaveWay]);
        Assert.Equal(0, server.Server.GetSnapshot().IdleConnections);

        // A connection whose session has ended may be closed for another again.
        await third.RequestAsync("TEARDOWN", server.Uri("/"));
        Assert.Equal(1, server.Server.GetSnapshot().IdleConnections);
    }

    [Fact]
    public async Task An_endless_header_gets_413_and_the_connection_closes()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        await client.SendAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: ");

        await client.SendAsync(new string('a', 5000));

        RawResponse answer = await client.ReadResponseAsync();
        Assert.Equal(413, answer.Status);
        Assert.Equal("close", answer["Connection"]);
        Assert.True(await client.IsClosedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("O")]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n")]
    [InlineData("SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 10\r\n\r\n12345")]
    [InlineData("$\0\u0001\0half a frame")]
    public async Task A_request_that_arrives_too_slowly_is_cut_off(string begun)
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(new RtspServerOptions { RequestTimeout = TimeSpan.FromSeconds(10) }, time);
        using RawRtspClient client = await server.ConnectAsync();
        await client.SendAsync(begun);
        await Until.TrueAsync(() => server.Server.GetSnapshot().IdleConnections == 1);

        await AdvanceUntilClosedAsync(time, client, most: TimeSpan.FromSeconds(12));

        Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.TooSlow]);
    }

    [Fact]
    public async Task A_second_slow_request_is_cut_off_too_though_each_byte_arrives_in_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(new RtspServerOptions { RequestTimeout = TimeSpan.FromSeconds(10) }, time);
        using RawRtspClient client = await server.ConnectAsync();
        await client.RequestAsync("OPTIONS", "*");
        time.Advance(TimeSpan.FromSeconds(30));
        await client.RequestAsync("OPTIONS", "*");

        await client.SendAsync("OPTIONS * RTSP/1.0\r\n");
        Task<bool> closed = client.IsClosedAsync();
        int bytes = 0;
        while (!closed.IsCompleted && bytes < 100)
        {
            try
            {
                await client.SendAsync("X");
            }
            catch (SocketException)
            {
                break;
            }

            bytes++;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(bytes, 9, 99);
        Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.TooSlow]);
    }

    [Fact]
    public async Task An_idle_connection_without_a_session_is_closed()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(new RtspServerOptions { IdleTimeout = TimeSpan.FromSeconds(60) }, time);
        using RawRtspClient client = await server.ConnectAsync();
        await client.RequestAsync("OPTIONS", "*");
        time.Advance(TimeSpan.FromSeconds(50));
        await client.RequestAsync("OPTIONS", "*");
        time.Advance(TimeSpan.FromSeconds(50));
        await client.RequestAsync("OPTIONS", "*");

        await AdvanceUntilClosedAsync(time, client, most: TimeSpan.FromSeconds(62));

        Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.Idle]);
    }

    [Fact]
    public async Task A_silent_listener_over_UDP_is_ended()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(Silent, time);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/"));
        time.Advance(TimeSpan.FromSeconds(59));
        await client.RequestAsync("GET_PARAMETER", server.Uri("/"));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(server.Server.GetSnapshot().Sessions);

        // An RTCP report is a sign of life like any request.
        ears.SendRtcp([0x80, 201, 0, 1, 1, 2, 3, 4], server.Ports!.Rtcp.LocalEndPoint);
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);
        await AdvanceAsync(time, TimeSpan.FromSeconds(59));
        Assert.Single(server.Server.GetSnapshot().Sessions);

        await AdvanceUntilClosedAsync(time, client, most: TimeSpan.FromSeconds(10));
        await Until.TrueAsync(() => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.TimedOut) == 1);
        Assert.Equal(0, server.Opus.Leases);
    }

    [Theory]
    [InlineData(Interleaved)]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001")]
    public async Task A_client_that_stays_after_the_end_of_its_station_is_closed(string transport)
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(Silent with { EndLinger = TimeSpan.FromSeconds(10) }, time);
        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/"), transport);
        await client.RequestAsync("PLAY", server.Uri("/"));
        RtspTestServer.End(server.Opus);
        await Until.TrueAsync(() => server.Senders.Count == 0);
        await AdvanceAsync(time, TimeSpan.FromSeconds(8));
        Assert.Single(server.Server.GetSnapshot().Sessions);

        await AdvanceUntilClosedAsync(time, client, most: TimeSpan.FromSeconds(6));

        await Until.TrueAsync(() => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.StationEnded) == 1);
    }

    [Fact]
    public async Task A_listener_over_TCP_may_be_silent_while_it_plays_but_not_while_paused()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(Silent, time);
        using RawRtspClient client = await server.ConnectAsync();
        await client.PlayInterleavedAsync(server.Uri("/"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(200, (await client.RequestAsync("PAUSE", server.Uri("/"))).Status);

        await AdvanceUntilClosedAsync(time, client, most: TimeSpan.FromSeconds(62));

        await Until.TrueAsync(() => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.TimedOut) == 1);
    }

    [Fact]
    public async Task A_thousand_half_open_connections_and_every_bad_client_do_not_disturb_a_listener()
    {
        await using var server =
            new RtspTestServer(new RtspServerOptions { MaxIdleConnectionsPerAddress = 2000, FirstPacketTimeout = TimeSpan.Zero });
        using RawRtspClient listener = await server.ConnectAsync();
        await listener.PlayInterleavedAsync(server.Uri("/jazz"));

        var bad = new List<Socket>();
        byte[][] beginnings =
        [
            [],
            Encoding.ASCII.GetBytes("OPT"),
            Encoding.ASCII.GetBytes("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: " + new string('a', 6000)),
            Encoding.ASCII.GetBytes("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2147483647\r\n\r\n" + new string('b', 10_000)),
            [(byte)'$', 0, 0xFF, 0xFF, 1, 2, 3],
        ];
        for (int i = 0; i < 1000; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            bad.Add(socket);
            await socket.ConnectAsync(server.Address, TestContext.Current.CancellationToken);
            byte[] beginning = beginnings[i % beginnings.Length];
            if (beginning.Length > 0)
            {
                await socket.SendAsync(beginning, TestContext.Current.CancellationToken);
            }

            PacketItem packet = RtspTestServer.Publish(server.Opus, 1)[0];
            byte[] heard;
            do
            {
                heard = await listener.ReadFrameAsync();
            }
            while (i == 0 && !packet.Datagram.Span.SequenceEqual(heard));

            Assert.Equal(packet.Datagram.ToArray(), heard);
        }

        Assert.Equal(0, server.Server.GetSnapshot().Sessions[0].PacketsSkipped);
        bad.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task A_listener_that_never_reads_is_dropped_while_others_get_every_packet()
    {
        var sending = new SenderOptions { Threads = 1, MaxLag = TimeSpan.FromMilliseconds(200), StallTimeout = TimeSpan.FromSeconds(1) };
        await using var server = new RtspTestServer(sending: sending);
        using RawRtspClient reader = await server.ConnectAsync();
        using RawRtspClient stalled = await server.ConnectAsync(receiveBuffer: 4096);
        await reader.PlayInterleavedAsync(server.Uri("/jazz"));
        await stalled.PlayInterleavedAsync(server.Uri("/jazz"));
        foreach (PacketItem packet in RtspTestServer.Published(server.Opus))
        {
            Assert.Equal(packet.Datagram.ToArray(), await reader.ReadFrameAsync());
        }

        long most = 0;
        while (server.Server.GetSnapshot().Sessions.Count == 2)
        {
            PacketItem packet = RtspTestServer.Publish(server.Opus, 1, payloadLength: 1200)[0];
            Assert.Equal(packet.Datagram.ToArray(), await reader.ReadFrameAsync());
            most = Math.Max(most, server.Server.GetSnapshot().Sessions.Max(s => s.UnsentBytes));
        }

        await Until.TrueAsync(() => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.Stalled) == 1);
        RtspServerSnapshot snapshot = server.Server.GetSnapshot();
        Assert.Equal(0, snapshot.Sessions[0].PacketsSkipped);
        Assert.Equal(1, server.Opus.Leases);

        // Two seconds of the rendition are 34 kB; Linux doubles the requested size.
        Assert.InRange(most, 1, 100_000);
    }

    private static async Task<bool> IsRefusedAsync(RtspTestServer server)
    {
        try
        {
            using RawRtspClient client = await server.ConnectAsync();
            return await client.IsClosedAsync();
        }
        catch (SocketException)
        {
            // It was closed before the client saw that it was connected.
            return true;
        }
    }

    private static async Task AdvanceUntilClosedAsync(FakeTimeProvider time, RawRtspClient client, TimeSpan most)
    {
        Task<bool> closed = client.IsClosedAsync();
        await AdvanceAsync(time, most);

        // On a busy machine the server's loop may run later than the clock that the test moves.
        for (int i = 0; i < 100 && !closed.IsCompleted; i++)
        {
            await AdvanceAsync(time, TimeSpan.FromSeconds(1));
        }

        Assert.True(await closed);
    }

    private static async Task AdvanceAsync(FakeTimeProvider time, TimeSpan by)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromSeconds(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));

            // The server's own loop must run before the clock jumps again.
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }
}
