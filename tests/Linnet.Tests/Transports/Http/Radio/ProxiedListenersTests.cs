using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>Listeners behind HTTP and TCP proxies.</summary>
public class ProxiedListenersTests
{
    private const string Local = "127.0.0.0/8";
    private static readonly RadioServerOptions OnePerAddress = new() { MaxListenersPerAddress = 1, MaxWaitingPerAddress = 1 };

    [Theory]
    [InlineData("X-Forwarded-For: {0}\r\n", "")]
    [InlineData("Forwarded: for={0}\r\n", "")]
    [InlineData("", "PROXY TCP4 {0} 127.0.0.1 4711 8000\r\n")]
    public async Task Listeners_behind_a_trusted_proxy_are_limited_by_their_own_address(string headers, string header)
    {
        await using var server = new RadioTestServer(OnePerAddress, proxies: Local);
        using RadioTestClient first = await ListenAsync("203.0.113.1");
        using RadioTestClient second = await ListenAsync("203.0.113.2");
        using RadioTestClient again = await ListenAsync("203.0.113.1");

        Assert.StartsWith("HTTP/1.1 200 ", await first.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await second.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 429 ", await again.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains(server.Log.Lines, static l => l.StartsWith("540 203.0.113.1:", StringComparison.Ordinal));

        async Task<RadioTestClient> ListenAsync(string address)
        {
            RadioTestClient client =
                await server.SayAsync($"{Of(header, address)}GET /jazz.mp3 HTTP/1.1\r\nHost: radio.example\r\n{Of(headers, address)}\r\n");
            _ = await client.Client.GetStream().ReadAsync(Array.Empty<byte>(), TestContext.Current.CancellationToken);
            return client;
        }

        static string Of(string format, string address) =>
            string.Format(System.Globalization.CultureInfo.InvariantCulture, format, address);
    }

    [Fact]
    public async Task A_stranger_gains_nothing_by_sending_the_same_headers()
    {
        await using var server = new RadioTestServer(OnePerAddress, proxies: "10.0.0.0/8");
        using RadioTestClient first = await server.GetAsync("/jazz.mp3", "X-Forwarded-For: 203.0.113.1\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await first.ReadHeadAsync(), StringComparison.Ordinal);
        using RadioTestClient second = await server.GetAsync("/jazz.mp3", "X-Forwarded-For: 203.0.113.2\r\n");

        Assert.StartsWith("HTTP/1.1 429 ", await second.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.1 127.0.0.1 4711 8000\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000C\u00CB\0\u0071\u0007\u007F\0\0\u0001\u0012\u0067\u001F\u0040")]
    public async Task A_PROXY_header_from_a_stranger_is_refused_with_an_explanation(string header)
    {
        await using var server = new RadioTestServer(proxies: "10.0.0.0/8");
        using RadioTestClient client = await server.SayAsync(header + "GET /jazz.mp3 HTTP/1.1\r\nHost: x\r\n\r\n");

        string answer = await client.ReadAllAsync();

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Start the server with TrustedProxies and", answer, StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[RadioRefusal.ProxyNotTrusted]);
        Assert.Contains(
            server.Log.Lines,
            static l => l.StartsWith("565 127.0.0.1:", StringComparison.Ordinal)
                && l.EndsWith("add TrustedProxies 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Incomplete_requests_through_a_trusted_proxy_do_not_count_as_one_address()
    {
        await using var server = new RadioTestServer(OnePerAddress, proxies: Local);
        var waiting = new List<RadioTestClient>();
        for (int i = 0; i < 5; i++)
        {
            waiting.Add(await server.SayAsync("GET /jazz.m3u HTTP/1.1\r\n"));
        }

        foreach (RadioTestClient client in waiting)
        {
            await client.SayAsync("Host: x\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await client.ReadAllAsync(), StringComparison.Ordinal);
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_PROXY_header_in_pieces_is_read_and_followed_by_the_request()
    {
        await using var server = new RadioTestServer(proxies: Local);
        using RadioTestClient client = await server.SayAsync("PROX");
        await client.SayAsync("Y TCP6 2001:db8::7 ::1 4711 80");
        await client.SayAsync("00\r\nGET /jazz.pls HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Contains("File1=http://x/jazz.mp3\r\n", await client.ReadAllAsync(), StringComparison.Ordinal);
    }
}
