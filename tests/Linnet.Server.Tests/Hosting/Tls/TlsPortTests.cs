using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Linnet.Server.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>The ports with TLS: handshakes, what is spoken there, and who holds places.</summary>
public class TlsPortTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task TLS_1_2_and_1_3_are_spoken(SslProtocols version)
    {
        await using TlsServer server = await TlsServer.StartAsync();

        foreach (int port in new[] { server.Https, server.Rtsps })
        {
            await using SslStream stream = await TlsServer.ConnectAsync(port, version);
            Assert.Equal(version, stream.SslProtocol);
        }
    }

    [Fact]
    public async Task Older_versions_are_not()
    {
        await using TlsServer server = await TlsServer.StartAsync();

#pragma warning disable CA5397, SYSLIB0039 // An old client is what is tested.
        foreach (int port in new[] { server.Https, server.Rtsps })
        {
            await Assert.ThrowsAnyAsync<Exception>(() => TlsServer.ConnectAsync(port, SslProtocols.Tls11));
        }
#pragma warning restore CA5397, SYSLIB0039
    }

    [Theory]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData("", "")]
    public async Task The_application_protocol_is_agreed_on(string offered, string chosen)
    {
        await using TlsServer server = await TlsServer.StartAsync();
        SslApplicationProtocol[] protocols =
            [.. offered.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static name => new SslApplicationProtocol(name))];

        await using SslStream stream = await TlsServer.ConnectAsync(server.Https, name: "127.0.0.1", offered: protocols);

        Assert.Equal(chosen, stream.NegotiatedApplicationProtocol.ToString());
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Pages_and_audio_come_over_both_versions_of_HTTP_with_addresses_of_https(string version)
    {
        await using TlsServer server = await TlsServer.StartAsync();
        using HttpClient client = Client();

        using HttpResponseMessage page = await client.SendAsync(Request(server, "/", version), HangLimit);
        string text = await page.Content.ReadAsStringAsync(HangLimit);
        using HttpResponseMessage list = await client.SendAsync(Request(server, "/jazz.m3u", version), HangLimit);
        using HttpResponseMessage audio =
            await client.SendAsync(Request(server, "/jazz.wav", version), HttpCompletionOption.ResponseHeadersRead, HangLimit);
        await using Stream body = await audio.Content.ReadAsStreamAsync(HangLimit);
        byte[] start = new byte[300_000];
        await body.ReadExactlyAsync(start, HangLimit);

        Assert.Equal(Version.Parse(version), page.Version);
        Assert.Contains($"linnet play rtsps://localhost:{server.Rtsps}/jazz", text, StringComparison.Ordinal);
        Assert.Contains(
            $"https://localhost:{server.Https}/jazz", await list.Content.ReadAsStringAsync(HangLimit), StringComparison.Ordinal);
        Assert.Equal(Version.Parse(version), audio.Version);
        Assert.Equal("RIFF", Encoding.ASCII.GetString(start[..4]));
        Assert.Equal(1, server.Hosted.Server.Radio!.GetSnapshot().Listeners);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_who_closes_the_connection_is_gone(bool saysSo)
    {
        await using TlsServer server = await TlsServer.StartAsync();
        await using SslStream listener = await TlsServer.ConnectAsync(server.Https);
        await listener.WriteAsync("GET /jazz.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), HangLimit);
        await listener.ReadExactlyAsync(new byte[50_000], HangLimit);
        Assert.Equal(1, server.Hosted.Server.Radio!.GetSnapshot().Listeners);

        if (saysSo)
        {
            await listener.ShutdownAsync();
        }

        await listener.DisposeAsync();

        await Until.TrueAsync(() => server.Hosted.Server.Radio!.GetSnapshot().Listeners == 0);
        await Until.TrueAsync(() => server.Hosted.Server.Connections.Count == 0);
    }

    [Fact]
    public async Task One_connection_of_HTTP_2_carries_six_listeners_and_pages()
    {
        await using TlsServer server = await TlsServer.StartAsync();
        using HttpClient client = Client();
        Stream[] bodies = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            HttpResponseMessage audio =
                await client.SendAsync(Request(server, "/jazz.mp3", "2.0"), HttpCompletionOption.ResponseHeadersRead, HangLimit);
            return await audio.Content.ReadAsStreamAsync(HangLimit);
        }));
        await Task.WhenAll(bodies.Select(body => body.ReadExactlyAsync(new byte[50_000], HangLimit).AsTask()));

        using HttpResponseMessage page = await client.SendAsync(Request(server, "/", "2.0"), HangLimit);

        Assert.Contains("6 listeners<", await page.Content.ReadAsStringAsync(HangLimit), StringComparison.Ordinal);
        Assert.Equal(1, server.Hosted.Server.Connections.Count);
        Array.ForEach(bodies, static body => body.Dispose());
        await Until.TrueAsync(() => server.Hosted.Server.Radio!.GetSnapshot().Listeners == 0);
    }

    [Fact]
    public async Task A_connection_of_HTTP_2_without_requests_ends_and_one_with_audio_stays()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using TlsServer server = await TlsServer.StartAsync(time: time);
        await using SslStream silent = await TlsServer.ConnectAsync(server.Https, offered: SslApplicationProtocol.Http2);
        using HttpClient client = Client();
        using HttpResponseMessage audio =
            await client.SendAsync(Request(server, "/jazz.wav", "2.0"), HttpCompletionOption.ResponseHeadersRead, HangLimit);
        Assert.Equal(2, server.Hosted.Server.Connections.Count);

        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return server.Hosted.Server.Connections.Count == 1;
        });
        time.Advance(PageConnections.Longest);

        await using Stream body = await audio.Content.ReadAsStreamAsync(HangLimit);
        await body.ReadExactlyAsync(new byte[200_000], HangLimit);
    }

    [Fact]
    public async Task A_reader_of_events_over_HTTP_2_stays_longer_than_a_page_may_take()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using TlsServer server = await TlsServer.StartAsync(time: time);
        using HttpClient client = Client();
        using HttpResponseMessage events =
            await client.SendAsync(Request(server, "/events", "2.0"), HttpCompletionOption.ResponseHeadersRead, HangLimit);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync(HangLimit));

        for (TimeSpan passed = TimeSpan.Zero; passed < 2 * PageConnections.Longest;)
        {
            Task<string?> line = reader.ReadLineAsync(HangLimit).AsTask();
            while (!line.IsCompleted)
            {
                // Short steps, and a whole exchange between them: the server has time to send what it sends.
                passed += TimeSpan.FromSeconds(3);
                time.Advance(TimeSpan.FromSeconds(3));
                await server.Hosted.GetAsync("/health/live");
            }

            Assert.NotNull(await line);
        }
    }

    [Fact]
    public async Task RTSP_is_spoken_over_TLS_with_addresses_of_rtsps()
    {
        await using TlsServer server = await TlsServer.StartAsync();
        await using SslStream stream = await TlsServer.ConnectAsync(server.Rtsps);

        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"DESCRIBE rtsps://localhost:{server.Rtsps}/jazz/pcm RTSP/1.0\r\nCSeq: 1\r\n\r\n"), HangLimit);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Equal("RTSP/1.0 200 OK", await reader.ReadLineAsync(HangLimit));
        string? line;
        while ((line = await reader.ReadLineAsync(HangLimit))?.StartsWith("a=control", StringComparison.Ordinal) == false)
        {
        }

        Assert.Equal($"a=control:rtsps://localhost:{server.Rtsps}/jazz/pcm", line);
    }

    [Theory]
    [InlineData(true, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", "write https://")]
    [InlineData(true, "PROXY TCP4 203.0.113.7 127.0.0.1 1 2\r\n", "HTTP/1.1 400 Bad Request\r\n", "write https://")]
    [InlineData(false, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "RTSP/1.0 403 Forbidden\r\n", "write rtsps://")]
    public async Task Without_TLS_a_client_is_told_to_use_it(bool isHttps, string request, string status, string advice)
    {
        await using TlsServer server = await TlsServer.StartAsync();
        await using Stream plain = await TlsServer.DialAsync(isHttps ? server.Https : server.Rtsps);

        string answer = await TlsServer.AskAsync(plain, request);

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        Assert.Contains(advice, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TLS_at_a_port_without_it_fails_at_once(bool isHttp)
    {
        await using TlsServer server = await TlsServer.StartAsync();
        int port = isHttp ? server.Host.EndPoint.Port : server.Hosted.Server.RtspEndPoint!.Port;

        await Assert.ThrowsAnyAsync<Exception>(() => TlsServer.ConnectAsync(port));

        Assert.Contains("200 OK", await server.Hosted.GetAsync("/health/live"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\x16\x03\x01\x02")]
    public async Task A_client_that_does_not_finish_its_handshake_is_cut_and_gives_way_before(string? beginning)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using TlsServer server = await TlsServer.StartAsync(time: time);
        await using Stream slow = await TlsServer.DialAsync(server.Https);
        await slow.WriteAsync(Encoding.Latin1.GetBytes(beginning ?? ""), HangLimit);
        await Until.TrueAsync(() => server.Hosted.Server.Connections.Count == 1);

        // It holds up nobody, on no port.
        Assert.Contains("200 OK", await server.GetAsync("/health/live"), StringComparison.Ordinal);
        Assert.Contains("200 OK", await server.Hosted.GetAsync("/health/live"), StringComparison.Ordinal);
        await using SslStream rtsps = await TlsServer.ConnectAsync(server.Rtsps);

        // All of one address's places are taken, and one that has waited for a second gives way.
        time.Advance(TimeSpan.FromSeconds(1));
        Stream[] others = await Task.WhenAll(Enumerable.Range(0, 250).Select(async _ => (Stream)await TlsServer.DialAsync(server.Https)));
        Assert.Equal(0, await ReadAsync(slow));
        Array.ForEach(others, static other => other.Dispose());
    }

    [Fact]
    public async Task A_silent_client_is_cut_after_ten_seconds()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using TlsServer server = await TlsServer.StartAsync(time: time);
        await using Stream silent = await TlsServer.DialAsync(server.Rtsps);
        await Until.TrueAsync(() => server.Hosted.Server.Connections.Count == 1);

        Task<int> end = ReadAsync(silent);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return end.IsCompleted;
        });

        Assert.Equal(0, await end);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "PROXY TCP4 203.0.113.7 127.0.0.1 4711 8443\r\n", 403)]
    [InlineData("127.0.0.0/8", "PROXY TCP4 127.0.0.1 127.0.0.1 4711 8443\r\n", 200)]
    [InlineData("127.0.0.0/8", "", 200)]
    public async Task The_PROXY_header_of_a_trusted_proxy_before_the_handshake_names_the_client(string proxies, string header, int status)
    {
        await using TlsServer server = await TlsServer.StartAsync(proxies: proxies);

        Assert.StartsWith($"HTTP/1.1 {status} ", await server.GetAsync("/metrics", header), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 0, null)]
    [InlineData(null, null, 0)]
    [InlineData(0, null, null)]
    public async Task Each_port_can_be_off(int? http, int? https, int? rtsps)
    {
        using var folder = new TempFolder();
        var options = new RadioHostOptions
        {
            Port = http,
            HttpsPort = https,
            RtspsPort = rtsps,
            Tls = new() { StateFolder = folder.Path },
        };

        await using HostedServer server = await HostedServer.StartAsync([], options);

        Assert.Equal(http is not null, server.Server.HttpEndPoint is not null);
        Assert.Equal(https is not null, server.Server.HttpsEndPoint is not null);
        Assert.Equal(rtsps is not null, server.Server.RtspsEndPoint is not null);
        Assert.Equal(
            new[] { http is null ? null : "http", https is null ? null : "https", rtsps is null ? null : "rtsps" }.OfType<string>(),
            server.Server.Protocols.SelectMany(static p => p.EndPoints).Select(static e => e.Name)
                .Where(static name => name is not ("rtsp" or "rtp")).Order());
    }

    private static async Task<int> ReadAsync(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], HangLimit);
        }
        catch (IOException)
        {
            // It was reset.
            return 0;
        }
    }

    private static HttpRequestMessage Request(TlsServer server, string path, string version) =>
        new(HttpMethod.Get, $"https://localhost:{server.Https}{path}")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    private static HttpClient Client() => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
        ConnectCallback = static async (context, token) => await TlsServer.DialAsync(context.DnsEndPoint.Port),
    });
}
