using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast.Streams;
using Linnet.Codecs.Streams;
using Linnet.Server.Hosting;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Several requests on one connection: pages, and audio through Kestrel.</summary>
public class KeptAliveTests
{
    private const string Page = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

    // 8 kHz, mono, 16 bit, without an end.
    private const string WavHead =
        "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF";

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_follow_each_other_on_one_connection()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using HttpClientConnection client = await ConnectAsync(server);

        foreach (string path in new[] { "/", "/status-json.xsl", "/stations.json", "/health/live", "/metrics", "/nothing", "/" })
        {
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            (string head, byte[] body) = await client.ReadResponseAsync();
            Assert.StartsWith(path == "/nothing" ? "HTTP/1.1 404 " : "HTTP/1.1 200 ", head, StringComparison.Ordinal);
            Assert.DoesNotContain("Connection: close", head, StringComparison.OrdinalIgnoreCase);
            Assert.NotEmpty(body);
        }

        Assert.Equal(1, server.Server.Connections.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Audio_after_a_page_comes_through_Kestrel_whole_and_the_listener_counts(bool isPipelined)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using HttpClientConnection client = await ConnectAsync(server);
        const string Audio = "GET /jazz.wav HTTP/1.1\r\nHost: x\r\n\r\n";
        await client.SendAsync(isPipelined ? Page + Audio : Page);
        Assert.Equal("live\n", Encoding.ASCII.GetString((await client.ReadResponseAsync()).Body));
        if (!isPipelined)
        {
            await client.SendAsync(Audio);
        }

        string head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: audio/wav\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nicy-name: jazz\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Referrer-Policy", head, StringComparison.Ordinal);
        byte[] stream = await client.ReadChunksAsync(300_000);
        Assert.Equal("RIFF", Encoding.ASCII.GetString(stream[..4]));
        AssertIsTone(stream);
        Assert.Equal(1, server.Server.Radio!.GetSnapshot().Listeners);
        Assert.Contains("1 listener<", await server.GetAsync("/"), StringComparison.Ordinal);
        Assert.Matches(
            """linnet_listeners\{[^}]*rendition="wav",station="jazz",transport="http"\} 1\n""", await server.GetAsync("/metrics"));

        client.Dispose();
        await Until.TrueAsync(() => server.Server.Radio!.GetSnapshot().Listeners == 0 && server.Server.Connections.Count == 0);
    }

    [Theory]
    [InlineData("/jazz.wav")]
    [InlineData("/jazz.opus")]
    public async Task Audio_through_Kestrel_equals_audio_sent_directly(string path)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using HttpClientConnection direct = await ConnectAsync(server);
        using HttpClientConnection hosted = await ConnectAsync(server);
        await hosted.SendAsync(Page);
        await hosted.ReadResponseAsync();
        await direct.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        await hosted.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        string head = await direct.ReadHeadAsync();
        Assert.DoesNotContain("chunked", head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", head, StringComparison.Ordinal);
        await hosted.ReadHeadAsync();

        byte[] expected = await direct.ReadAsync(60_000);
        byte[] actual = await hosted.ReadChunksAsync(60_000);

        // One began somewhat later than the other. In Ogg the streams' heads come first.
        byte[] middle = actual[20_000..24_000];
        Assert.True(expected.AsSpan().IndexOf(middle) >= 0 || actual.AsSpan().IndexOf(expected.AsSpan(20_000, 4000)) >= 0);
    }

    [Fact]
    public async Task Titles_stand_within_the_audio_that_comes_through_Kestrel()
    {
        // Only MP3 carries titles like this.
        Encoders.SkipIfMissing(StreamCodec.Mp3);
        var track = new Audio.TrackInfo("So What", "Miles Davis");
        await using HostedServer server = await HostedServer.StartAsync(
            [new Station(new StationOptions { Name = "jazz", StartAtOnce = true }, new TitledTone(track))]);
        using HttpClientConnection client = await ConnectAsync(server);
        await client.SendAsync(Page + "GET /jazz.mp3 HTTP/1.1\r\nHost: x\r\nIcy-MetaData: 1\r\n\r\n");
        await client.ReadResponseAsync();

        string head = await client.ReadHeadAsync();
        string line = head.Split("\r\n").Single(static l => l.StartsWith("icy-metaint: ", StringComparison.Ordinal));
        int interval = int.Parse(line["icy-metaint: ".Length..], CultureInfo.InvariantCulture);
        byte[] stream = await client.ReadChunksAsync(20 * (interval + 1));

        Assert.Contains("StreamTitle='Miles Davis - So What';", Encoding.Latin1.GetString(stream), StringComparison.Ordinal);
        Assert.Equal(0, stream[interval + 1 + (16 * stream[interval]) + interval]);
    }

    [Fact]
    public async Task HEAD_and_refusals_come_through_Kestrel_and_the_connection_stays_open()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using HttpClientConnection client = await ConnectAsync(server);
        await client.SendAsync(Page);
        await client.ReadResponseAsync();

        await client.SendAsync("HEAD /jazz.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Contains("\r\nContent-Type: audio/wav\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync("GET /other.mp3 HTTP/1.1\r\nHost: x\r\n\r\n");
        (string head, byte[] body) = await client.ReadResponseAsync();
        Assert.StartsWith("HTTP/1.1 404 ", head, StringComparison.Ordinal);
        Assert.Contains("/jazz.wav", Encoding.ASCII.GetString(body), StringComparison.Ordinal);
        await client.SendAsync("OPTIONS /jazz.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 204 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync("GET /jazz.m3u HTTP/1.1\r\nHost: radio.example\r\n\r\n");
        Assert.Contains(
            "http://radio.example/jazz.", Encoding.ASCII.GetString((await client.ReadResponseAsync()).Body), StringComparison.Ordinal);
        await client.SendAsync(Page);
        Assert.StartsWith("HTTP/1.1 200 ", (await client.ReadResponseAsync()).Head, StringComparison.Ordinal);
        Assert.Equal(1, server.Server.Radio!.GetSnapshot().Refused[RadioRefusal.NotFound]);
    }

    [Fact]
    public async Task A_station_that_ends_completes_its_response_and_the_connection_stays_open()
    {
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] });
        var options = new StationOptions { Name = "short", Streams = ["wav"], StartAtOnce = true };
        await using HostedServer server =
            await HostedServer.StartAsync([new Station(options, new ShortTone(TimeSpan.FromSeconds(2)))], fed: live);
        using HttpClientConnection client = await ConnectAsync(server);
        await client.SendAsync(Page + "GET /short.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadResponseAsync();
        await client.ReadHeadAsync();

        byte[] stream = await client.ReadChunksAsync(int.MaxValue);

        Assert.InRange(stream.Length, 8000, 2 * 48_000 * 4 * 3);
        await client.SendAsync(Page);
        Assert.StartsWith("HTTP/1.1 200 ", (await client.ReadResponseAsync()).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_reads_nothing_through_Kestrel_is_moved_and_dropped_and_delays_no_other()
    {
        await using HostedServer server = await HostedServer.StartAsync(
            [Tone()], streams: new StreamOptions { StallTimeout = TimeSpan.FromSeconds(1), Slack = TimeSpan.FromSeconds(0.5) });
        using HttpClientConnection stalled = await ConnectAsync(server, receiveBuffer: 4096);
        await stalled.SendAsync(Page + "GET /jazz.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        using HttpClientConnection other = await ConnectAsync(server);
        await other.SendAsync("GET /jazz.wav HTTP/1.1\r\nHost: x\r\n\r\n");
        Task<byte[]> heard = other.ReadAsync(800_000);

        await Until.TrueAsync(() => server.Server.Radio!.GetSnapshot().Sending.StalledListeners == 1);
        await Until.TrueAsync(() => server.Server.Radio!.GetSnapshot().Listeners == 1);

        Assert.True(server.Server.GetStatistics().Streams.PacketsSkipped > 0);
        Assert.Equal(800_000, (await heard).Length);
    }

    [Fact]
    public async Task Requests_of_one_connection_count_for_the_clients_that_a_proxy_names()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()], proxies: "127.0.0.0/8");
        using HttpClientConnection proxy = await ConnectAsync(server);

        foreach ((string client, string status) in new[]
            { ("127.0.0.1", "200"), ("203.0.113.7", "403"), ("127.0.0.1", "200"), ("unknown", "403") })
        {
            await proxy.SendAsync($"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {status} ", (await proxy.ReadResponseAsync()).Head, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_idle_connection_holds_no_place_among_the_pages_and_ends_after_its_time()
    {
        var time = new FakeTimeProvider();
        await using HostedServer server = await HostedServer.StartAsync([Tone()], time: time);
        var crowd = new List<HttpClientConnection>();
        try
        {
            for (int i = 0; i < PageConnections.MostPerAddress + 10; i++)
            {
                crowd.Add(await ConnectAsync(server));
                await crowd[i].SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 200 ", (await crowd[i].ReadResponseAsync()).Head, StringComparison.Ordinal);
            }

            await Until.TrueAsync(() => server.Server.Radio!.GetSnapshot().Waiting == crowd.Count);
            Assert.Equal((crowd.Count, 0), (server.Server.Connections.Count, server.Host.RefusedPages));
            time.Advance(PageConnections.Longest);
            await Until.TrueAsync(() => server.Server.Connections.Count == 0);
            Assert.Equal(0, server.Server.Radio!.GetSnapshot().Waiting);
        }
        finally
        {
            crowd.ForEach(static c => c.Dispose());
        }
    }

    [Fact]
    public async Task A_push_as_a_second_request_is_taken_with_chunks_and_refused_without()
    {
        const string Authorization = "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\nContent-Type: audio/wav\r\n";
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] });
        await using HostedServer server = await HostedServer.StartAsync([Tone()], fed: live);
        using HttpClientConnection client = await ConnectAsync(server);
        await client.SendAsync(Page);
        await client.ReadResponseAsync();
        await client.SendAsync($"PUT /live HTTP/1.1\r\nHost: x\r\n{Authorization}\r\n");
        (string head, byte[] body) = await client.ReadResponseAsync();
        Assert.StartsWith("HTTP/1.1 411 ", head, StringComparison.Ordinal);
        Assert.Contains("chunked", Encoding.ASCII.GetString(body), StringComparison.Ordinal);

        await client.SendAsync(
            $"PUT /live HTTP/1.1\r\nHost: x\r\n{Authorization}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendChunkAsync([.. WavHead.Select(static c => (byte)c)]);
        await client.SendChunkAsync(new byte[40_000]);
        await Until.TrueAsync(() => server.Server.Push!.Pushers.ContainsKey("live"));
        await client.SendAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", (await client.ReadResponseAsync()).Head, StringComparison.Ordinal);
        await client.SendAsync(Page);
        Assert.StartsWith("HTTP/1.1 200 ", (await client.ReadResponseAsync()).Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "405")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "413")]
    public async Task A_later_request_with_a_body_is_refused_and_ends_the_connection(string request, string status)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using HttpClientConnection client = await ConnectAsync(server);
        await client.SendAsync(Page);
        await client.ReadResponseAsync();
        await client.SendAsync(request);

        string head = await client.ReadHeadAsync();

        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", head, StringComparison.Ordinal);
    }

    // 440 Hz in stereo, 24 bit: neighbouring frames are close to each other unless bytes were lost or swapped.
    private static void AssertIsTone(byte[] wav)
    {
        const int Frame = 6;
        int jumps = 0;
        for (int i = wav.AsSpan().IndexOf("data"u8) + 8; i + (2 * Frame) <= wav.Length; i += Frame)
        {
            jumps += Math.Abs(Sample(i + Frame) - Sample(i)) > 100_000 ? 1 : 0;
        }

        Assert.Equal(0, jumps);

        int Sample(int at) => (wav[at] << 8 | wav[at + 1] << 16 | wav[at + 2] << 24) >> 8;
    }

    private static Station Tone() => new(new StationOptions { Name = "jazz", StartAtOnce = true }, new ToneSource(440));

    private static async Task<HttpClientConnection> ConnectAsync(HostedServer server, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.ReceiveBufferSize = receiveBuffer ?? socket.ReceiveBufferSize;
        await socket.ConnectAsync(server.Host.EndPoint, HangLimit);
        return new HttpClientConnection(socket);
    }
}
