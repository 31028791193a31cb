using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Linnet.Access;
using Linnet.Server.Hosting;
using Linnet.Server.Tests.Hosting.Tls;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Stations beside the endpoints of an application: <c>AddLinnet</c>, <c>MapLinnet</c> and <c>UseLinnet</c>.</summary>
public class WebHostTests
{
    private const string Authorization = "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\nContent-Type: audio/wav\r\n";

    // 48 kHz, stereo, 16 bit, without an end.
    private static readonly byte[] WavHead =
        [.. "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xBB\0\0\0\xEE\x02\0\x04\0\x10\0data\xFF\xFF\xFF\xFF"
            .Select(static c => (byte)c)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_and_streams_stand_beside_the_applications_own_endpoints(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect);

        Assert.Equal("Hello", (await host.GetAsync("/hello")).Body);
        Assert.Contains(
            $"<source src=\"/tone.{Encoders.First}\" type=\"{Encoders.FirstType}\">", (await host.GetAsync("/")).Body,
            StringComparison.Ordinal);
        Assert.Equal(
            """{"stations":["tone"],"awaited":["live"]}""", (await host.GetAsync("/stations.json")).Body);
        Assert.Equal("live\n", (await host.GetAsync("/health/live")).Body);
        (string health, string ready) = await host.GetAsync("/health/ready");
        Assert.Equal("ready\n", ready);
        Assert.Contains("\r\nContent-Type: text/plain; charset=utf-8\r\n", health, StringComparison.Ordinal);
        Assert.Contains("\r\nCache-Control: no-store\r\n", health, StringComparison.Ordinal);
        Assert.Contains("\nlinnet_listeners{", (await host.GetAsync("/metrics")).Body, StringComparison.Ordinal);
        Assert.Equal(WebHost.OwnPage, (await host.GetAsync("/nothing.mp3")).Body);
        Assert.Equal(WebHost.OwnPage, (await host.AskAsync("PUT /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")).Body);
        Assert.Contains("No client has pushed to live yet", await TextAsync(host, "/live.mp3"), StringComparison.Ordinal);

        using HttpClientConnection listener = await host.ConnectAsync();
        await listener.SendAsync("GET /tone.opus HTTP/1.1\r\nHost: x\r\n\r\n");
        string head = await listener.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nicy-name: tone\r\n", head, StringComparison.Ordinal);
        Assert.Equal(isDirect, !head.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.Ordinal));
        byte[] sound = isDirect ? await listener.ReadAsync(40_000) : await listener.ReadChunksAsync(40_000);
        Assert.Equal("OggS"u8.ToArray(), sound[..4]);
        Assert.Equal(1, host.Server.Radio!.GetSnapshot().Listeners);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_that_only_look_like_audio_or_a_push_reach_the_application(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect);

        Assert.Equal("ding", (await host.GetAsync("/ding.mp3")).Body);
        Assert.Equal("users", (await host.GetAsync("/admin/users")).Body);
        foreach (string method in (string[])["PUT", "POST"])
        {
            (string head, string body) = await host.AskAsync(
                $"{method} /items/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{new string('a', 100_000)}");
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
            Assert.Equal("stored 100000", body);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_client_pushes_with_chunks_to_any_host(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect);
        using HttpClientConnection client = await host.ConnectAsync();
        await client.SendAsync(
            $"PUT /live HTTP/1.1\r\nHost: x\r\n{Authorization}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendChunkAsync(WavHead);
        await client.SendChunkAsync(new byte[WebHost.MaxBody + 50_000]);
        await Until.TrueAsync(() => host.Server.Push!.Pushers.ContainsKey("live"));
        Assert.StartsWith(
            "HTTP/1.1 200 ", (await host.AskAsync(
                $"GET /admin/metadata?mode=updinfo&mount=/live&song=So%20What HTTP/1.1\r\nHost: x\r\n{Authorization}\r\n")).Head,
            StringComparison.Ordinal);
        await Until.TrueAsync(() => host.Server.Directory.TryFind("live", out _));

        await client.SendAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", (await client.ReadResponseAsync()).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_without_a_length_needs_the_direct_endpoint()
    {
        await using (WebHost host = await WebHost.StartAsync(isDirect: false))
        {
            (string head, string body) = await host.AskAsync($"PUT /live HTTP/1.1\r\nHost: x\r\n{Authorization}\r\n");
            Assert.StartsWith("HTTP/1.1 411 ", head, StringComparison.Ordinal);
            Assert.Contains("chunked", body, StringComparison.Ordinal);
        }

        await using WebHost direct = await WebHost.StartAsync(isDirect: true);
        using HttpClientConnection client = await direct.ConnectAsync();
        await client.SendAsync($"SOURCE /live ICE/1.0\r\n{Authorization}\r\n");
        Assert.Contains(" 200 OK\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync(string.Concat(WavHead.Select(static b => (char)b)));
        await Until.TrueAsync(() => direct.Server.Push!.Pushers.ContainsKey("live"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Below_a_prefix_links_have_the_prefix_and_the_root_belongs_to_the_application(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect, static app => app.MapLinnet("/radio"));

        Assert.Equal(WebHost.OwnPage, (await host.GetAsync("/")).Body);
        Assert.Equal(WebHost.OwnPage, (await host.GetAsync("/tone.mp3")).Body);
        foreach (string path in (string[])["/radio", "/radio/", "/radio/index.html", "/radio/index.html/"])
        {
            string page = (await host.GetAsync(path)).Body;
            Assert.Contains($"<source src=\"/radio/tone.{Encoders.First}\" ", page, StringComparison.Ordinal);
            Assert.Contains("<a href=\"/radio/tone.m3u\">", page, StringComparison.Ordinal);
            Assert.Contains("linnet play http://radio.example/radio/tone<", page, StringComparison.Ordinal);
        }

        Assert.Contains(
            $"\r\nhttp://radio.example/radio/tone.{Encoders.First}\r\n", (await host.GetAsync("/radio/tone.m3u")).Body,
            StringComparison.Ordinal);
        JsonElement status = JsonDocument.Parse((await host.GetAsync("/radio/status-json.xsl")).Body).RootElement;
        Assert.StartsWith(
            "http://radio.example/radio/tone",
            status.GetProperty("icestats").GetProperty("source")[0].GetProperty("listenurl").GetString(), StringComparison.Ordinal);
        Assert.Equal("live\n", (await host.GetAsync("/radio/health/live")).Body);

        using HttpClientConnection listener = await host.ConnectAsync();
        await listener.SendAsync("GET /radio/tone.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        string head = await listener.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Equal(isDirect, !head.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Authorization_of_the_endpoints_holds_for_pages_and_for_listeners(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(
            isDirect, static app => app.MapLinnet().RequireAuthorization(), static builder =>
            {
                builder.Services.AddAuthentication("test").AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions,
                    KnockKnock>("test", null);
                builder.Services.AddAuthorization();
            });

        foreach (string path in (string[])["/", "/tone.mp3", "/metrics", "/health/ready", "/tone.m3u"])
        {
            Assert.StartsWith("HTTP/1.1 401 ", (await host.GetAsync(path)).Head, StringComparison.Ordinal);
        }

        Assert.Equal("Hello", (await host.GetAsync("/hello")).Body);
        using HttpClientConnection listener = await host.ConnectAsync();
        await listener.SendAsync("GET /tone.wav HTTP/1.1\r\nHost: x\r\nX-Knock: yes\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await listener.ReadHeadAsync(), StringComparison.Ordinal);
        await listener.ReadChunksAsync(20_000);
    }

    [Fact]
    public async Task An_endpoint_takes_the_server_and_adds_and_removes_stations_while_it_runs()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: true, static app =>
        {
            app.MapLinnet();
            app.MapPost("/add/{name}", static (string name, StationServer server) =>
                server.Add(new Station(new StationOptions { Name = name, StartAtOnce = true }, new ToneSource(440))));
            app.MapPost("/remove/{name}", static (string name, StationServer server) => server.RemoveAsync(name));
        });
        const string Empty = " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";

        await host.AskAsync("POST /add/news" + Empty);
        using HttpClientConnection listener = await host.ConnectAsync();
        await listener.SendAsync("GET /news.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await listener.ReadHeadAsync(), StringComparison.Ordinal);
        await listener.ReadAsync(10_000);
        Assert.Equal("true", (await host.AskAsync("POST /remove/news" + Empty)).Body);
        Assert.Equal(WebHost.OwnPage, (await host.GetAsync("/news.wav")).Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_host_stops_at_once_and_listeners_see_that_their_stream_is_not_complete(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect);
        using HttpClientConnection listener = await host.ConnectAsync();
        await listener.SendAsync("GET /tone.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        await listener.ReadHeadAsync();
        Task<byte[]> all = isDirect ? listener.ReadAsync(int.MaxValue / 8) : listener.ReadChunksAsync(int.MaxValue);

        await host.StopAsync();

        // Only the end of a station is an orderly end of its streams.
        await Assert.ThrowsAsync<IOException>(() => all);
        Assert.Equal(0, host.Server.Radio!.GetSnapshot().Listeners);
    }

    [Fact]
    public async Task A_protocol_that_fails_ends_alone_while_the_web_server_serves()
    {
        var failing = new FailingProtocol();
        await using WebHost host = await WebHost.StartAsync(isDirect: true, services: builder =>
        {
            builder.Services.AddLinnet(linnet => linnet.Server = linnet.Server with { Protocols = [_ => failing] });

            // Starts after the server and before the web server. The protocol has to fail later than that.
            builder.Services.AddHostedService(_ => new SlowStart(failing.Failed));
        });
        await failing.Failed;

        Assert.Equal("ready\n", (await host.GetAsync("/health/ready")).Body);
        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_client_behind_a_trusted_proxy_is_the_client_for_the_application_too()
    {
        await using WebHost host = await WebHost.StartAsync(
            isDirect: true, static app =>
            {
                app.MapLinnet();
                app.MapGet("/me", static (Microsoft.AspNetCore.Http.HttpContext context) => context.Connection.RemoteIpAddress?.ToString());
            }, settings: ("Linnet:TrustedProxies:0", "127.0.0.1"));

        Assert.Equal("203.0.113.7", await BodyAsync("/me"));
        Assert.Contains("may not read the metrics", await BodyAsync("/metrics"), StringComparison.Ordinal);

        async Task<string> BodyAsync(string path) => (await host.AskAsync(
            string.Create(CultureInfo.InvariantCulture,
                $"PROXY TCP4 203.0.113.7 127.0.0.1 4711 8000\r\nGET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))).Body;
    }

    [Theory]
    [InlineData("Accept", "*/*", HttpStatusCode.OK)]
    [InlineData("X-Forwarded-For", "127.0.0.1", HttpStatusCode.Forbidden)]
    public async Task Over_HTTP_2_a_client_is_known_by_each_of_its_requests(string name, string value, HttpStatusCode status)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: true, protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host.EndPoint}/metrics")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { name, value } },
        };

        using HttpResponseMessage response = await client.SendAsync(request, WebHost.HangLimit);

        Assert.Equal((HttpVersion.Version20, status), (response.Version, response.StatusCode));
    }

    [Fact]
    public async Task Over_HTTP_2_a_page_that_is_no_WebSocket_client_is_refused_without_a_warning()
    {
        var log = new HostLog();
        using var logging = new HostLogging(log);
        await using WebHost host = await WebHost.StartAsync(
            isDirect: true, services: builder => builder.Logging.AddProvider(logging), protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host.EndPoint}/tone/live")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using HttpResponseMessage response = await client.SendAsync(request, WebHost.HangLimit);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.DoesNotContain(log.Texts, static text => text.Contains("Upgrade", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "X-Forwarded-For: 127.0.0.1", "403")]
    [InlineData(false, "X-Forwarded-For: a\tb, 203.0.113.7", "403")]
    [InlineData(false, "Via: 1.1 proxy", "403")]
    [InlineData(false, "Accept: */*", "200")]
    [InlineData(true, "X-Forwarded-For: 127.0.0.1", "403")]
    [InlineData(true, "Accept: */*", "200")]
    public async Task Metrics_are_for_this_machine_alone(bool isDirect, string header, string status)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect);

        Assert.StartsWith(
            $"HTTP/1.1 {status} ", (await host.AskAsync($"GET /metrics HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n")).Head,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Networks_that_may_not_connect_see_no_page_on_the_applications_own_ports()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false);
        host.Server.Access = new AccessOptions { DeniedNetworks = [IPNetwork.Parse("127.0.0.0/8")] };

        foreach (string path in (string[])["/", "/events", "/status-json.xsl", "/page/app.js", "/tone.wav"])
        {
            Assert.StartsWith("HTTP/1.1 403 ", (await host.GetAsync(path)).Head, StringComparison.Ordinal);
        }

        Assert.Equal("Hello", (await host.GetAsync("/hello")).Body);
    }

    private static async Task<string> TextAsync(WebHost host, string path)
    {
        using HttpClientConnection client = await host.ConnectAsync();
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        return Encoding.UTF8.GetString(await client.ReadAsync(4000));
    }

    private sealed class SlowStart(Task failed) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAny(
            failed, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken));

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailingProtocol : IServedProtocol
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Failed => _failed.Task;

        public string Name => "failing";

        public IReadOnlyList<ServedEndPoint> EndPoints => [new ServedEndPoint("failing", new IPEndPoint(IPAddress.Loopback, 1))];

        public int MaxListeners => 0;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            _failed.TrySetResult();
            throw new IOException("broken");
        }

        public IReadOnlyList<ListenerSnapshot> GetListeners() => [];

        public ProtocolSnapshot GetSnapshot() => new(Name, []);

        public void Dispose()
        {
        }
    }
}
