using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Server.Endpoints;
using Linnet.Server.Hosting;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting;

/// <summary>
/// Pages, status and metrics behind a proxy. All clients in these tests connect from 127.0.0.1, as a proxy on the same machine does.
/// </summary>
public class ProxiedPagesTests
{
    private const string Local = "127.0.0.0/8";
    private const string Strange = "10.0.0.0/8";

    // Announces a body that never comes: while time stands still, its place is held.
    private const string Held = "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Local, "", "", 200)]
    [InlineData(Local, "", "X-Forwarded-For: 127.0.0.1", 200)]
    [InlineData(Local, "", "X-Forwarded-For: 203.0.113.7", 403)]
    [InlineData(Local, "", "X-Forwarded-For: 127.0.0.1, 203.0.113.7", 403)]
    [InlineData(Local, "", "Forwarded: for=203.0.113.7", 403)]
    [InlineData(Local, "", "Forwarded: for=127.0.0.1|X-Forwarded-For: 203.0.113.7", 403)]
    [InlineData(Local, "", "X-Forwarded-Proto: https", 403)]
    [InlineData(Local, "", "X-Forwarded-For: unknown", 403)]
    [InlineData(Local, "", "X-Real-IP: 127.0.0.1", 403)]
    [InlineData(Strange, "", "", 200)]
    [InlineData(Strange, "", "X-Forwarded-For: 203.0.113.7", 403)]
    [InlineData(Strange, "", "X-Forwarded-For: 127.0.0.1", 403)]
    [InlineData(Strange, "", "X-Forwarded-Proto: https", 403)]
    [InlineData(Strange, "", "Via: 1.1 proxy", 403)]
    [InlineData(Strange, "PROXY TCP4 127.0.0.1 127.0.0.1 4711 8000\r\n", "", 400)]
    [InlineData(Local, "PROXY TCP4 127.0.0.1 127.0.0.1 4711 8000\r\n", "", 200)]
    [InlineData(Local, "PROXY TCP6 ::1 ::1 4711 8000\r\n", "", 200)]
    [InlineData(Local, "PROXY TCP4 203.0.113.7 127.0.0.1 4711 8000\r\n", "", 403)]
    [InlineData(Local, "PROXY TCP4 203.0.113.7 127.0.0.1 4711 8000\r\n", "X-Forwarded-For: 127.0.0.1", 403)]
    [InlineData(Local, "PROXY UNKNOWN\r\n", "", 403)]
    [InlineData(Local, "PROXY UNKNOWN\r\n", "X-Forwarded-For: 127.0.0.1", 403)]
    public async Task Metrics_are_allowed_by_the_clients_address(string proxies, string header, string headers, int status)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()], proxies: proxies);

        string answer =
            await server.AskAsync(
                $"{header}GET /metrics HTTP/1.1\r\nHost: "
                    + "x\r\n"
                    + string.Concat(headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(static h => h + "\r\n"))
                    + "\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", ClientRoute.Direct, false, true)]
    [InlineData("::1", ClientRoute.Proxied, false, true)]
    [InlineData("127.0.0.1", ClientRoute.Proxied, true, false)]
    [InlineData("::1", ClientRoute.Proxied, true, false)]
    [InlineData("127.0.0.1", ClientRoute.Hidden, false, false)]
    [InlineData("192.168.1.7", ClientRoute.Proxied, true, true)]
    [InlineData("192.168.1.7", ClientRoute.Direct, false, true)]
    [InlineData("192.168.1.7", ClientRoute.Hidden, false, false)]
    [InlineData("203.0.113.7", ClientRoute.Proxied, true, false)]
    internal void Metrics_are_allowed_for_this_machine_and_not_for_a_proxys_machine(
        string client, ClientRoute route, bool isThroughOther, bool isAllowed)
    {
        var origin = new ClientOrigin(new IPEndPoint(IPAddress.Parse(client), 4711), route) { IsThroughOther = isThroughOther };

        Assert.Equal(
            isAllowed, MetricsEndpoint.IsAllowed(
                origin, [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("192.168.1.0/24")]));
    }

    [Fact]
    public async Task Metrics_through_a_proxy_that_is_not_trusted_are_refused_with_advice()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);

        Assert.Contains("--trusted-proxy",
            await server.AskAsync("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Local, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n", "https://radio.example/", "radio.example:")]
    [InlineData(Local, "Forwarded: for=203.0.113.7;proto=https;host=\"jazz.example:8443\"\r\n", "https://jazz.example:8443/",
        "jazz.example:")]
    [InlineData(Local, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Host: jazz.example\r\n", "http://jazz.example/", "jazz.example:")]
    [InlineData(Strange, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Host: jazz.example\r\nX-Forwarded-Proto: https\r\n",
        "http://radio.example/", "radio.example:")]
    public async Task Links_on_pages_use_the_address_that_the_client_used(string proxies, string headers, string url, string host)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()], proxies: proxies);

        Assert.Contains($"\"listenurl\":\"{url}jazz.",
            await server.AskAsync($"GET /status-json.xsl HTTP/1.1\r\nHost: radio.example\r\n{headers}\r\n"), StringComparison.Ordinal);
        Assert.Contains(
            $"rtsp://{host}", await server.AskAsync($"GET / HTTP/1.1\r\nHost: radio.example\r\n{headers}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_for_pages_are_limited_by_the_clients_behind_a_proxy()
    {
        await using HostedServer server =
            await HostedServer.StartAsync([Tone()], time: new FakeTimeProvider(), proxies: Local);
        var crowd = new List<Socket>();
        try
        {
            for (int i = 0; i < PageConnections.MostPerAddress + 20; i++)
            {
                // One more client with each connection, and one that has many.
                await SayAsync($"PROXY TCP4 203.0.113.{i} 127.0.0.1 4711 8000\r\n{Held}");
                await SayAsync($"PROXY TCP4 198.51.100.7 127.0.0.1 4711 8000\r\n{Held}");
            }

            while (server.Host.RefusedPages < 20)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, HangLimit);
            }

            Assert.Equal(20, server.Host.RefusedPages);
        }
        finally
        {
            crowd.ForEach(static socket => socket.Dispose());
        }

        async Task SayAsync(string text)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            crowd.Add(socket);
            await socket.ConnectAsync(server.Host.EndPoint, HangLimit);
            await socket.SendAsync(Encoding.ASCII.GetBytes(text), HangLimit);
        }
    }

    [Fact]
    public async Task A_head_full_of_addresses_is_a_page_like_any_other()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()], proxies: Local);
        string many = string.Join(',', Enumerable.Repeat("127.0.0.1", 1500));

        Assert.StartsWith("HTTP/1.1 200 ", await server.AskAsync($"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {many}\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await server.AskAsync($"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {many}\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_network_of_all_addresses_is_refused_as_a_trusted_proxy()
    {
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => HostedServer.StartAsync([Tone()], proxies: "0.0.0.0/0"));

        Assert.Contains("every address", e.Message, StringComparison.Ordinal);
    }

    private static Station Tone() => new(new StationOptions { Name = "jazz" }, new ToneSource(440));
}
