using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>What one connection may cost the server, whatever it sends.</summary>
public class RtspFloodTests
{
    private static readonly byte[] TinyFrame = [(byte)'$', 1, 0, 0];

    [Fact]
    public async Task Sessions_above_the_limit_of_a_connection_get_503_and_another_connection_is_served()
    {
        await using var server = new RtspTestServer(new RtspServerOptions { MaxSessionsPerConnection = 3 });
        using RawRtspClient client = await server.ConnectAsync();
        using RawRtspClient other = await server.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await SetupAsync(client)).Status);
        }

        RawResponse refused = await SetupAsync(client);

        Assert.Equal(503, refused.Status);
        Assert.Null(refused["Retry-After"]); // Retrying later does not help.
        Assert.Equal(200, (await SetupAsync(other)).Status);

        Task<RawResponse> SetupAsync(RawRtspClient who) =>
            who.RequestAsync("SETUP", server.Uri("/jazz"), "Transport: RTP/AVP/TCP;unicast\r\n");
    }

    [Fact]
    public async Task A_client_that_sends_requests_and_never_reads_is_soon_not_read_and_then_closed()
    {
        const int Requests = 20_000;
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(new RtspServerOptions { MaxMessagesPerSecond = 1_000_000 }, time);
        using RawRtspClient client = await server.ConnectAsync(receiveBuffer: 4096);
        string request = $"DESCRIBE {server.Uri("/jazz")} RTSP/1.0\r\nCSeq: 1\r\n\r\n";
        int length = (await client.RequestAsync("DESCRIBE", server.Uri("/jazz"))).Body.Length;

        Task asking = client.SendAsync(string.Concat(Enumerable.Repeat(request, Requests)));
        long answered = -1;
        while (answered != (answered = server.Server.GetSnapshot().Requests))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        // The capacity of the kernel on both sides, and the one response that waits here.
        Assert.InRange(answered * length, length, 256 * 1024);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return server.Server.GetSnapshot().RefusedConnections.Count > 0;
        });
        Assert.Equal(RtspConnectionRefusal.TooSlow, Assert.Single(server.Server.GetSnapshot().RefusedConnections).Key);

        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Theory]
    [InlineData("frames")]
    [InlineData("requests")]
    [InlineData("empty lines")]
    [InlineData("large frames")]
    public async Task A_flood_ends_only_its_own_connection(string of)
    {
        // Simulated time stands still, so the flood has its burst and no more.
        var time = new FakeTimeProvider();
        await using var server =
            new RtspTestServer(new RtspServerOptions { MaxMessagesPerSecond = 50, FirstPacketTimeout = TimeSpan.Zero }, time);
        using RawRtspClient listener = await server.ConnectAsync();
        await listener.PlayInterleavedAsync(server.Uri("/jazz"));
        using RawRtspClient flood = await server.ConnectAsync();
        byte[] one = of switch
        {
            "frames" => TinyFrame,
            "requests" => Encoding.ASCII.GetBytes("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
            "empty lines" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\r\n", 1024))),
            _ => [(byte)'$', 1, 0xFF, 0xFF, .. new byte[0xFFFF]],
        };

        await SendAsync(flood, one, count: 2000);

        // So many empty lines are also not a valid head of a message.
        RtspConnectionRefusal reason = of == "empty lines" ? RtspConnectionRefusal.Malformed : RtspConnectionRefusal.TooMuch;
        await Until.TrueAsync(() => server.Server.GetSnapshot().RefusedConnections.GetValueOrDefault(reason) == 1);
        Assert.True(await flood.IsClosedAsync());
        PacketItem packet = RtspTestServer.Publish(server.Opus, 1)[0];
        byte[] heard = [];
        while (!packet.Datagram.Span.SequenceEqual(heard))
        {
            heard = await listener.ReadFrameAsync();
        }
    }

    [Fact]
    public async Task A_busy_player_is_far_below_the_limit()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(new RtspServerOptions { FirstPacketTimeout = TimeSpan.Zero }, time);
        using RawRtspClient client = await server.ConnectAsync();
        await client.PlayInterleavedAsync(server.Uri("/jazz"));

        // Ten reports and two requests a second, for a minute.
        for (int second = 0; second < 60; second++)
        {
            await SendAsync(client, [(byte)'$', 1, 0, 8, 0x80, 201, 0, 1, 0, 0, 0, 1], count: 10);
            Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", server.Uri("/jazz"))).Status);
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", server.Uri("/jazz"))).Status);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(server.Server.GetSnapshot().RefusedConnections);
    }

    [Fact]
    public void A_budget_refills_with_time_and_counts_messages_reads_and_bytes()
    {
        var budget = new WorkBudget(perSecond: 100, ticksPerSecond: 1000);
        long now = 0;

        Assert.All(Enumerable.Range(0, 100 * WorkBudget.Burst), _ => Assert.True(budget.TryTakeMessage(now)));
        Assert.False(budget.TryTakeMessage(now));

        now += 1000;
        Assert.True(budget.TryRead(50 * 1024, now));
        Assert.True(budget.TryRead(48 * 1024, now));
        Assert.False(budget.TryTakeMessage(now));
    }

    private static async Task SendAsync(RawRtspClient client, byte[] one, int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                await client.SendAsync(one);
            }
        }
        catch (SocketException)
        {
            // The connection was closed meanwhile.
        }
    }
}
