using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Server.Hosting;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting;

/// <summary>One address cannot keep others from the pages.</summary>
public class PageConnectionsTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bodies_that_never_come_hold_no_places()
    {
        var time = new FakeTimeProvider();
        await using HostedServer server = await HostedServer.StartAsync([Tone()], time: time);
        using var crowd = new Crowd();
        for (int i = 0; i < 1300; i++)
        {
            Socket socket = await crowd.ConnectAsync(server.Host.EndPoint, "127.0.0.2");
            await socket.SendAsync(
                i % 2 == 0
                    ? "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray()
                    : "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"u8.ToArray(),
                HangLimit);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await server.GetAsync("/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await server.GetAsync("/health/live"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n", await crowd.ReadAsync(0), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await crowd.ReadAsync(1), StringComparison.Ordinal);

        // Once the time for reading the rest is over, and long before a page's time is over, their own address gets
        // pages, too.
        Assert.StartsWith("HTTP/1.1 200 ", await AskAgainAsync(server, "127.0.0.2", time), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_sends_a_body_is_answered_and_not_cut_off_meanwhile()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()], time: new FakeTimeProvider());
        using var crowd = new Crowd();
        Socket socket = await crowd.ConnectAsync(server.Host.EndPoint, "127.0.0.2");

        string answer = await AnswerAsync(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        for (int i = 0; i < 10; i++)
        {
            await socket.SendAsync(new byte[4000], HangLimit);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, HangLimit);
        }

        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], HangLimit));
    }

    [Fact]
    public async Task An_address_that_takes_all_its_places_keeps_others_from_no_page_and_itself_not_from_health()
    {
        // Time stands still, so a place is held for as long as the announced body does not come.
        await using HostedServer server = await HostedServer.StartAsync([Tone()], time: new FakeTimeProvider());
        using var crowd = new Crowd();
        for (int i = 0; i < PageConnections.MostPerAddress + 20; i++)
        {
            Socket socket = await crowd.ConnectAsync(server.Host.EndPoint, "127.0.0.2");
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"u8.ToArray(), HangLimit);
        }

        await Until.TrueAsync(() => server.Host.RefusedPages >= 20);

        Socket health = await crowd.ConnectAsync(server.Host.EndPoint, "127.0.0.2");
        await health.SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), HangLimit);
        Assert.StartsWith("HTTP/1.1 200 ", await crowd.ReadAsync(PageConnections.MostPerAddress + 20), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await server.GetAsync("/"), StringComparison.Ordinal);
        Assert.Equal(20, server.Host.RefusedPages);
    }

    [Fact]
    public async Task Places_for_health_are_limited_per_address_and_take_none_from_others_or_from_its_pages()
    {
        var time = new FakeTimeProvider();
        await using HostedServer server = await HostedServer.StartAsync([Tone()], time: time);
        using var crowd = new Crowd();
        for (int i = 0; i < PageConnections.MostHealthPerAddress; i++)
        {
            Assert.StartsWith("HTTP/1.1 413 ", await HoldHealthAsync(), StringComparison.Ordinal);
        }

        // Each of them is still waited for. There is no place for more of this address.
        Assert.Equal("", await HoldHealthAsync());
        Assert.Equal("", await HoldHealthAsync());
        Assert.Equal(2, server.Host.RefusedPages);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(server, "127.0.0.2", "/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(server, "127.0.0.3", "/health/live"), StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 200 ", await AskAgainAsync(server, "127.0.0.2", time, "/health/live"), StringComparison.Ordinal);

        // The announced body never comes, so the connection stays open after the answer.
        async Task<string> HoldHealthAsync()
        {
            Socket socket = await crowd.ConnectAsync(server.Host.EndPoint, "127.0.0.2");
            return await AnswerAsync(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n");
        }
    }

    [Fact]
    public async Task The_http_port_accepts_through_the_servers_gate_and_gives_every_place_back()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using (var crowd = new Crowd())
        {
            for (int i = 0; i < 5; i++)
            {
                await crowd.ConnectAsync(server.Host.EndPoint, "127.0.0.1");
            }

            await Until.TrueAsync(() => server.Server.Connections.Count == 5);
        }

        await Until.TrueAsync(() => server.Server.Connections.Count == 0);
    }

    /// <summary>Asks for a page, some times, until the address gets it.</summary>
    private static async Task<string> AskAgainAsync(HostedServer server, string from, FakeTimeProvider time, string path = "/")
    {
        string answer = "";
        for (TimeSpan passed = PageConnections.RestTime; passed < PageConnections.Longest
            && answer.Length == 0; passed += PageConnections.RestTime)
        {
            time.Advance(PageConnections.RestTime);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, HangLimit);
            answer = await AskAsync(server, from, path);
        }

        return answer;
    }

    /// <summary>Asks for a page.</summary>
    /// <returns>The beginning of the answer; empty if there was none.</returns>
    private static async Task<string> AskAsync(HostedServer server, string from, string path)
    {
        using var one = new Crowd();
        return await AnswerAsync(await one.ConnectAsync(server.Host.EndPoint, from), $"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    private static async Task<string> AnswerAsync(Socket socket, string request)
    {
        byte[] answer = new byte[1000];
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), HangLimit);
            return Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, HangLimit));
        }
        catch (SocketException)
        {
            // The connection was closed without one.
            return "";
        }
    }

    private static Station Tone() => new(new StationOptions { Name = "jazz" }, new ToneSource(440));

    private sealed class Crowd : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public async Task<Socket> ConnectAsync(IPEndPoint to, string from)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(socket);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(to, HangLimit);
            return socket;
        }

        public async Task<string> ReadAsync(int number)
        {
            byte[] answer = new byte[1000];
            return Encoding.ASCII.GetString(answer, 0, await _sockets[number].ReceiveAsync(answer, HangLimit));
        }

        public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());
    }
}
