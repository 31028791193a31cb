using System.Buffers.Binary;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Linnet.Access;
using Linnet.Audio;
using Linnet.Server.Tests.Hosting.Tls;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Listening over WebSocket.</summary>
public class LiveTests
{
    internal static readonly LinkKey Key = new("k1", Encoding.ASCII.GetBytes("0123456789abcdef"));

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("l16", 2)]
    [InlineData("l24", 3)]
    public async Task Lossless_packets_hold_the_sources_samples_at_their_positions(string rendition, int bytes)
    {
        await using HostedServer server = await StartAsync(new CountingSource());
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, $"/jazz/live?rendition={rendition}"));

        LivePacket first = (await client.PacketAsync())!;
        LivePacket packet = first;
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(packet.Frames * 2 * bytes, packet.Payload.Length);
            for (int sample = 0; sample < packet.Frames * 2; sample++)
            {
                short expected = CountingSource.SampleAt(packet.Position + (sample / 2), sample % 2);
                Assert.Equal(expected, BinaryPrimitives.ReadInt16BigEndian(packet.Payload.AsSpan(sample * bytes)));
            }

            LivePacket next = (await client.PacketAsync())!;
            Assert.Equal(packet.Position + packet.Frames, next.Position);
            Assert.InRange(
                next.Due - first.Due - ((next.Position - first.Position) * 1_000_000.0 / CountingSource.Rate), -2, 2);
            packet = next;
        }
    }

    [Fact]
    public async Task The_first_message_describes_the_rendition()
    {
        await using HostedServer server = await StartAsync(new CountingSource());
        using LiveClient opus = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        using LiveClient pcm = await LiveClient.ConnectAsync(Url(server, "/jazz/live?rendition=pcm"));
        await opus.PacketAsync();
        await pcm.PacketAsync();

        Assert.Equal("linnet.live.1", opus.Subprotocol);
        Assert.StartsWith(
            """{"type":"hello","version":1,"station":"jazz","rendition":"opus","codec":"opus","rate":48000,"channels":2,"packet":960,""",
            opus.Texts[0].GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2.5, opus.Texts[0].GetProperty("retention").GetDouble());
        Assert.StartsWith(
            """{"type":"hello","version":1,"station":"jazz","rendition":"pcm","codec":"pcm","bits":16,"rate":44100,"channels":2,""",
            pcm.Texts[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_of_FLAC_comes_before_its_first_packet()
    {
        await using HostedServer server = await StartAsync(new CountingSource(), streams: ["flac"]);
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live?rendition=flac"));

        LivePacket packet = (await client.PacketAsync())!;

        string text = client.Texts.Last(static t => t.TryGetProperty("description", out _)).GetProperty("description").GetString()!;
        byte[] description = Convert.FromBase64String(text);
        Assert.Equal("fLaC", Encoding.ASCII.GetString(description[..4]));
        Assert.Equal([0x80, 0, 0, 34], description[4..8]);
        Assert.Equal(42, description.Length);
        Assert.Equal(0xFF, packet.Payload[0]);
    }

    [Fact]
    public async Task A_title_comes_at_once()
    {
        await using HostedServer server = await StartAsync(new TitledTone(new TrackInfo("So What", "Miles Davis")));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));

        JsonElement title = await client.TextAsync("title");

        Assert.Equal("So What", title.GetProperty("title").GetString());
        Assert.Equal("Miles Davis", title.GetProperty("artist").GetString());
    }

    [Fact]
    public async Task The_end_of_a_station_is_told_behind_its_last_packet()
    {
        await using HostedServer server = await StartAsync(new ShortTone(TimeSpan.FromMilliseconds(300)), atOnce: false);
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live?rendition=l16"));
        long end = 0;
        while (await client.PacketAsync() is { } packet)
        {
            end = packet.Position + packet.Frames;
        }

        Assert.Equal(14_400, end);
        Assert.Equal("""{"type":"end","reason":"ended"}""", client.Texts[^1].GetRawText());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Closed);
    }

    [Fact]
    public async Task A_server_that_stops_says_that_it_may_be_back()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        await client.PacketAsync();

        Task stopping = server.StopAsync();
        await client.ReadToEndAsync();
        await client.CloseAsync();
        await stopping;

        Assert.Equal("restart", client.Texts[^1].GetProperty("reason").GetString());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.Closed);
    }

    [Fact]
    public async Task A_client_that_never_closes_is_left_in_order()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        await client.PacketAsync();

        await server.StopAsync();

        await Until.TrueAsync(() => Ended().Count > 0);
        Assert.Equal(["server_stopped"], Ended().Keys);

        IReadOnlyDictionary<string, long> Ended() =>
            server.Server.GetStatistics().Protocols.Single(static p => p.Name == "websocket").Ended;
    }

    [Fact]
    public async Task A_burst_begins_in_the_past()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient first = await LiveClient.ConnectAsync(Url(server, "/jazz/live?rendition=pcm"));
        LivePacket start = (await first.PacketAsync())!;
        while ((await first.PacketAsync())!.Due - start.Due < 500_000)
        {
        }

        using LiveClient burst = await LiveClient.ConnectAsync(Url(server, "/jazz/live?rendition=pcm&burst=400"));
        using LiveClient edge = await LiveClient.ConnectAsync(Url(server, "/jazz/live?rendition=pcm"));

        Assert.InRange(await BehindAsync(burst), 380_000, 410_000);
        Assert.InRange(await BehindAsync(edge), -20_000, 20_000);
    }

    [Fact]
    public async Task The_time_is_answered_with_that_of_the_packets()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        JsonElement hello = await client.TextAsync("hello");

        await client.SendAsync("""{"type":"time","sent":123456789012}""");
        JsonElement answer = await client.TextAsync("time");

        Assert.Equal(123_456_789_012, answer.GetProperty("sent").GetInt64());
        long received = answer.GetProperty("received").GetInt64();
        Assert.InRange(received - hello.GetProperty("time").GetInt64(), 0, 10_000_000);
        Assert.InRange(answer.GetProperty("replied").GetInt64() - received, 0, 1_000_000);
    }

    [Fact]
    public async Task Too_many_questions_about_the_time_are_not_answered()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        await client.SendAsync("""{"type":"unknown"}""");
        for (int i = 0; i < 60; i++)
        {
            await client.SendAsync($$"""{"type":"time","sent":{{i}}}""");
        }

        for (int i = 0; i < 20; i++)
        {
            await client.PacketAsync();
        }

        Assert.InRange(client.Texts.Count(static t => t.GetProperty("type").GetString() == "time"), 10, 25);
    }

    [Theory]
    [InlineData("what time is it", WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("""{"type":"time"}""", WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("""{"type":7}""", WebSocketCloseStatus.InvalidPayloadData)]
    public async Task A_malformed_question_closes_the_connection(string text, WebSocketCloseStatus status)
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));

        await client.SendAsync(text);
        await client.ReadToEndAsync();

        Assert.Equal(status, client.Closed);
    }

    [Fact]
    public async Task Bytes_and_long_messages_close_the_connection()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient bytes = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        using LiveClient longer = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));

        await bytes.SendAsync([1, 2, 3]);
        await longer.SendAsync(new string(' ', 1025));
        await bytes.ReadToEndAsync();
        await longer.ReadToEndAsync();

        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, bytes.Closed);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, longer.Closed);
    }

    [Fact]
    public async Task A_listener_is_counted_like_all_others_until_it_closes()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        await client.PacketAsync();
        await client.PacketAsync();

        ListenerSnapshot listener = Assert.Single(server.Server.GetListeners());
        Assert.Equal(("jazz", "opus", "websocket"), (listener.Station, listener.Rendition, listener.Transport));
        Assert.True(listener is { IsPlaying: true, PacketsSent: > 0, BytesSent: > 0 });
        Assert.Matches(
            """linnet_listeners\{[^}]*rendition="opus",station="jazz",transport="websocket"\} 1\n""", await server.GetAsync("/metrics"));

        await client.CloseAsync();
        await GoneAsync(server);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.Closed);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_HTTP_carry_it_under_TLS(string version)
    {
        await using TlsServer server = await TlsServer.StartAsync();
        using LiveClient client =
            await LiveClient.ConnectAsync($"wss://127.0.0.1:{server.Https}/jazz/live?rendition=pcm", Version.Parse(version));

        LivePacket first = (await client.PacketAsync())!;
        LivePacket second = (await client.PacketAsync())!;
        await client.SendAsync("""{"type":"time","sent":1}""");
        await client.TextAsync("time");

        Assert.Equal(first.Position + first.Frames, second.Position);
        Assert.Equal(version == "2.0" ? 200 : 101, (int)client.Status);
        await client.CloseAsync();
        await GoneAsync(server.Hosted);
    }

    [Fact]
    public async Task A_later_request_of_a_connection_is_served_through_the_web_server()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        using TcpClient client = await server.ConnectAsync();
        using var connection = new HttpClientConnection(client.Client);
        await connection.SendAsync("GET /stations.json HTTP/1.1\r\nHost: radio\r\n\r\n");
        await connection.ReadResponseAsync();

        await connection.SendAsync(
            "GET /jazz/live HTTP/1.1\r\nHost: radio\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        string head = await connection.ReadHeadAsync();
        byte[] start = await connection.ReadAsync(20);

        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", head, StringComparison.Ordinal);
        Assert.Equal("{\"type\":\"hello\"", Encoding.ASCII.GetString(start)[4..19]);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "/radio")]
    [InlineData(true, "/radio")]
    public async Task An_application_serves_it_below_its_prefix(bool isDirect, string prefix)
    {
        await using WebHost host = await WebHost.StartAsync(
            isDirect, app => _ = prefix.Length == 0 ? app.MapLinnet() : app.MapLinnet(prefix));
        using LiveClient client = await LiveClient.ConnectAsync($"ws://{host.EndPoint}{prefix}/tone/live");
        using var other = new HttpClient();

        Assert.NotNull(await client.PacketAsync());
        Assert.Equal(WebHost.OwnPage, await other.GetStringAsync(new Uri($"http://{host.EndPoint}{prefix}/nothing/live"), HangLimit));

        host.Server.Access = new AccessOptions { ClosedStations = ["tone"], LinkKeys = [Key] };
        string link = Key.Sign("tone", TimeProvider.System.GetUtcNow().AddHours(1));
        using LiveClient linked = await LiveClient.ConnectAsync($"ws://{host.EndPoint}{prefix}{link}/tone/live");
        Assert.NotNull(await linked.PacketAsync());
    }

    internal static Station Jazz(IAudioSource source, bool atOnce = true, params string[] streams) => new(
        new StationOptions { Name = "jazz", StartAtOnce = atOnce, Streams = streams.Length > 0 ? streams : StationOptions.DefaultStreams },
        source);

    internal static Task<HostedServer> StartAsync(IAudioSource source, bool atOnce = true, params string[] streams) =>
        HostedServer.StartAsync([Jazz(source, atOnce, streams)]);

    internal static string Url(HostedServer server, string path) => $"ws://127.0.0.1:{server.Host.EndPoint.Port}{path}";

    /// <summary>By how much the first packet is older than the connection, in microseconds.</summary>
    private static async Task<long> BehindAsync(LiveClient client)
    {
        LivePacket first = (await client.PacketAsync())!;
        return client.Texts[0].GetProperty("time").GetInt64() - first.Due;
    }

    private static async Task GoneAsync(HostedServer server)
    {
        while (server.Server.GetListeners().Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, HangLimit);
        }
    }

    /// <summary>16-bit sound in which every sample depends on its position.</summary>
    private sealed class CountingSource : IAudioSource
    {
        public const int Rate = 44_100;

        private long _position;

        public AudioFormat Format => new(Rate, 2);

        public int BitDepth => 16;

        public static short SampleAt(long position, int channel) => unchecked((short)((position * 31) + (channel * 7)));

        public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
        {
            for (int i = 0; i < pcm.Length; i++)
            {
                pcm[i] = SampleAt(_position + (i / 2), i % 2) / 32768f;
            }

            _position += pcm.Length / 2;
            return new SourceRead(pcm.Length / 2);
        }

        public void Dispose()
        {
        }
    }
}
