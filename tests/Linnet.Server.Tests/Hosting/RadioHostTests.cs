using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Linnet.Audio;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Server.Tests.Hosting;

public class RadioHostTests
{
    [Fact]
    public async Task The_start_page_has_a_player_for_every_station_and_nothing_inline()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz"), Tone("news")]);

        string page = await server.GetAsync("/");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", page, StringComparison.Ordinal);
        Assert.Contains(
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("<audio controls").Length);
        Assert.Contains($"<source src=\"/news.{Encoders.First}\" type=\"{Encoders.FirstType}\">", page, StringComparison.Ordinal);
        Assert.Contains($"linnet play rtsp://radio.example:{server.Server.RtspEndPoint!.Port}/jazz", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<style|<script>|<script(?! type=\"module\" src=)", page);
    }

    [Fact]
    public async Task A_title_is_escaped_whatever_it_holds()
    {
        var track = new TrackInfo("</p><script>alert(1)</script>", "\"'&");
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options("jazz"), new TitledTone(track))]);
        await Until.TrueAsync(() => server.Server.Stations[0].GetSnapshot().Track is not null);

        string page = await server.GetAsync("/");

        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("&quot;&#x27;&amp;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_is_like_that_of_Icecast()
    {
        var track = new TrackInfo("So What", "Miles Davis");
        await using HostedServer server = await HostedServer.StartAsync(
            [new Station(Options("jazz") with { Streams = ["opus-128", "wav"] }, new TitledTone(track))]);
        await Until.TrueAsync(() => server.Server.Stations[0].GetSnapshot().Track is not null);

        string answer = await server.GetAsync("/status-json.xsl");

        JsonElement stats = JsonDocument.Parse(BodyOf(answer)).RootElement.GetProperty("icestats");
        Assert.Contains("Access-Control-Allow-Origin: *\r\n", answer, StringComparison.Ordinal);
        Assert.StartsWith("Linnet ", stats.GetProperty("server_id").GetString(), StringComparison.Ordinal);
        Assert.Equal("radio.example", stats.GetProperty("host").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$", stats.GetProperty("server_start_iso8601").GetString());
        JsonElement opus = stats.GetProperty("source")[0];
        Assert.Equal("http://radio.example:8000/jazz-128.opus", opus.GetProperty("listenurl").GetString());
        Assert.Equal("audio/ogg; codecs=opus", opus.GetProperty("server_type").GetString());
        Assert.Equal(128, opus.GetProperty("bitrate").GetInt32());
        Assert.Equal("So What", opus.GetProperty("title").GetString());
        Assert.Equal("Miles Davis", opus.GetProperty("artist").GetString());
        Assert.Equal(0, opus.GetProperty("listeners").GetInt32());
        Assert.Equal("jazz", opus.GetProperty("server_name").GetString());
    }

    [Fact]
    public async Task One_source_in_the_status_is_an_object_as_Icecast_has_it()
    {
        await using HostedServer server =
            await HostedServer.StartAsync([new Station(Options("jazz") with { Streams = ["wav"] }, new ToneSource(440))]);

        string answer = await server.GetAsync("/status-json.xsl");

        JsonElement stats = JsonDocument.Parse(BodyOf(answer)).RootElement.GetProperty("icestats");
        Assert.Equal("audio/wav", stats.GetProperty("source").GetProperty("server_type").GetString());
    }

    [Fact]
    public async Task It_is_ready_until_every_station_has_ended()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz"), new Station(Options("broken"), new BrokenSource())]);
        await Until.TrueAsync(() => server.Server.Stations[1].GetSnapshot().State == StationState.Failed);

        string ready = await server.GetAsync("/health/ready");
        string live = await server.GetAsync("/health/live");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", ready, StringComparison.Ordinal);
        Assert.Equal("ready\nbroken: failed\n", BodyOf(ready));
        Assert.Equal("live\n", BodyOf(live));
    }

    [Fact]
    public async Task It_is_not_ready_when_nothing_can_be_heard()
    {
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options("broken"), new BrokenSource())]);
        await Until.TrueAsync(() => server.Server.Stations[0].GetSnapshot().State == StationState.Failed);

        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", await server.GetAsync("/health/ready"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await server.GetAsync("/health/live"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_allowed_for_this_machine()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("metered")]);
        await Until.TrueAsync(() => server.Server.Stations[0].GetSnapshot().State == StationState.Playing);

        string metrics = await server.GetAsync("/metrics");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", metrics, StringComparison.Ordinal);
        Assert.Matches("""linnet_station_playing\{[^}]*station="metered"[^}]*\} 1\n""", metrics);
        foreach (string name in new[] { "linnet_send_packets_due_total", "linnet_send_packets_sent_total", "linnet_listeners_dropped_total",
            "dotnet_process_cpu_time_seconds_total" })
        {
            Assert.Contains($"\n{name}{{", metrics, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Listeners_over_HTTP_are_counted()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("heard")]);
        using TcpClient listener = await server.ConnectAsync();
        await listener.GetStream().WriteAsync("GET /heard.wav HTTP/1.0\r\n\r\n"u8.ToArray(), HostedServer.HangLimit);
        await listener.GetStream().ReadExactlyAsync(new byte[100_000], HostedServer.HangLimit);

        string metrics = await server.GetAsync("/metrics");
        string page = await server.GetAsync("/");

        Assert.Matches("""linnet_listeners\{[^}]*rendition="wav",station="heard",transport="http"\} 1\n""", metrics);
        Assert.Matches("""linnet_encode_packets_total\{[^}]*rendition="wav",station="heard"\} [1-9]""", metrics);
        Assert.Matches("linnet_stream_sent_bytes_total\\{[^}]*\\} [1-9]", metrics);
        Assert.Contains("playing, 1 listener<", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_refused_for_other_machines()
    {
        await using HostedServer server =
            await HostedServer.StartAsync([Tone("jazz")], new RadioHostOptions { MetricsNetworks = [IPNetwork.Parse("203.0.113.0/24")] });

        string answer = await server.GetAsync("/metrics");

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("--metrics-allow", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", "405")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", "400")]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    public async Task Malformed_requests_are_refused(string request, string status)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz")]);

        Assert.StartsWith($"HTTP/1.1 {status} ", await server.AskAsync(request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_refused()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz")]);

        Assert.StartsWith("HTTP/1.1 431 ", await server.AskAsync($"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('a', 20_000)}\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_gets_the_head_alone()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz")]);

        string answer = await server.AskAsync("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("", BodyOf(answer));
    }

    [Fact]
    public async Task A_page_whose_request_comes_byte_by_byte_reaches_Kestrel_whole()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz")]);
        using TcpClient client = await server.ConnectAsync();
        client.NoDelay = true;
        foreach (char c in "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        {
            await client.GetStream().WriteAsync(new[] { (byte)c }, HostedServer.HangLimit);
        }

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await HostedServer.ReadToEndAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_reported_in_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using StationServer server =
            StationServer.Open(
                [], new StationServerOptions { Bind = IPAddress.Loopback, RtspPort = 0, RtpPort = 0, Radio = new RadioServerOptions() });
        var options = new RadioHostOptions { Bind = IPAddress.Loopback, Port = port };

        var shell = new Cli.FakeShell();
        using var log = new Linnet.Cli.Panels.DisplayLogger(shell.Shell, Microsoft.Extensions.Logging.LogLevel.Trace);

        PortException e = await Assert.ThrowsAsync<PortException>(() => RadioHost.StartAsync(
            server, options, TimeProvider.System, log, HostedServer.HangLimit));

        Assert.Equal(
            $"TCP port {port} is taken, perhaps by another Linnet or an Icecast; choose another, or switch HTTP off.", e.Message);
        Assert.Equal(new SettingAdvice("RadioHostOptions.Port", "off"), e.Advice);

        // ASP.NET says "Hosting failed to start" to a log, which is no news.
        Assert.Equal("", shell.Errors + shell.Output);
    }

    private static string BodyOf(string answer) => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    private static StationOptions Options(string name) => new() { Name = name, StartAtOnce = true };

    private static Station Tone(string name) => new(Options(name), new ToneSource(440));

    private sealed class BrokenSource : IAudioSource
    {
        public AudioFormat Format => new(8000, 1);

        public int BitDepth => 16;

        public bool IsLive => false;

        public TimeSpan? Duration => null;

        public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) => throw new IOException("broken");

        public void Dispose()
        {
        }
    }
}
