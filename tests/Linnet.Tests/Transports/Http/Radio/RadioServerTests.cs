using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Broadcast;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports.Http.Radio;

public class RadioServerTests
{
    [Theory]
    [InlineData("HTTP/1.0")]
    [InlineData("HTTP/1.1")]
    public async Task A_player_gets_a_head_and_two_seconds_of_audio_at_once_and_then_each_packet_on_time(string version)
    {
        await using var server = new RadioTestServer();
        long start = TimeProvider.System.GetTimestamp();
        using RadioTestClient player = await server.SayAsync($"GET /jazz.mp3 {version}\r\nHost: radio.example\r\n\r\n");

        string head = await player.ReadHeadAsync();
        Assert.StartsWith($"{version} 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: audio/mpeg\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAccept-Ranges: none\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAccess-Control-Allow-Origin: *\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nCache-Control: no-cache, no-store\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nicy-name: jazz\r\nicy-pub: 0\r\nicy-br: 128\r\nicy-sr: 48000\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("icy-metaint:", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer-Encoding", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Length", head, StringComparison.Ordinal);

        // The stream's own head, then packets without a gap; three seconds of them are not available before one second has passed.
        Assert.Equal("old         ", Encoding.ASCII.GetString(await player.ReadAsync(12)));
        byte[] sound = await player.ReadAsync(150 * 320);
        int first = BinaryPrimitives.ReadInt32BigEndian(sound);
        for (int i = 0; i < sound.Length; i += 4)
        {
            Assert.Equal(first + (i / 320), BinaryPrimitives.ReadInt32BigEndian(sound.AsSpan(i)));
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(0.9), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task The_first_listener_of_a_stopped_station_requests_two_seconds_and_gets_audio_from_the_first_packet()
    {
        TimeSpan asked = TimeSpan.Zero;
        await using var server = new RadioTestServer(onFlacStarts: (ring, stock) =>
        {
            asked = stock;
            long packet = TimeProvider.System.TimestampFrequency / 50;
            long first = TimeProvider.System.GetTimestamp() - (100 * packet);
            for (int i = 0; i < 150; i++)
            {
                ring.Publish(Rings.Packet(i, first + (i * packet)));
            }
        });
        using RadioTestClient player = await server.GetAsync("/jazz.flac");
        await player.ReadHeadAsync();

        byte[] sound = await player.ReadAsync(12 + 320);
        Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(sound.AsSpan(12)));
        Assert.Equal(TimeSpan.FromSeconds(2), asked);
    }

    [Theory]
    [InlineData(DropReason.GaveWay, RadioRefusal.TooManyOnDemand,
        "flac is made on demand, and gave way to one that another address requested. Choose another rendition, or try again later.")]
    [InlineData(DropReason.RenditionFailed, RadioRefusal.RenditionFailed,
        "flac failed and is started again in 1 s. Try again then, or take another rendition.")]
    [InlineData(DropReason.None, RadioRefusal.Silent, "The station has no audio yet.")]
    internal async Task If_a_rendition_ends_before_its_first_audio_listeners_get_the_reason(
        DropReason end, RadioRefusal reason, string text)
    {
        await using var server = new RadioTestServer(
            onFlacStarts: (ring, _) => ring.Publish(new EndItem(0, TimeProvider.System.GetTimestamp()) { Reason = end }));
        using RadioTestClient player = await server.GetAsync("/jazz.flac");

        string answer = await player.ReadAllAsync();

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\n{text}\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[reason]);
    }

    [Fact]
    public async Task A_player_that_half_closes_its_connection_keeps_listening_and_its_leaving_is_noticed()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient player = await server.GetAsync("/jazz.mp3");
        player.Client.Client.Shutdown(SocketShutdown.Send);
        await player.ReadHeadAsync();

        // More than was sent with the first write.
        Assert.Equal(150 * 320, (await player.ReadAsync(150 * 320)).Length);
        Assert.Equal(1, server.Radio.GetSnapshot().Listeners);

        player.Dispose();
        while (server.Radio.GetSnapshot().Listeners > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("/jazz.mp3", "audio/mpeg")]
    [InlineData("/jazz.mp3?t=1732", "audio/mpeg")]
    [InlineData("/jazz-64.mp3", "audio/mpeg")]
    [InlineData("/jazz.opus", "audio/ogg; codecs=opus")]
    [InlineData("/late-night.mp3", "audio/mpeg")]
    public async Task HEAD_returns_the_head_of_GET_and_ends(string path, string type)
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync(path, method: "HEAD");
        string answer = await client.ReadAllAsync();

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Type: {type}\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(0, server.Radio.GetSnapshot().Accepted);
    }

    [Theory]
    [InlineData("", "audio/mpeg")]
    [InlineData("Accept: */*\r\n", "audio/mpeg")]
    [InlineData("Accept: audio/flac, audio/mpeg;q=0.5\r\n", "audio/flac")]
    [InlineData("Accept: application/ogg\r\n", "audio/ogg; codecs=opus")]
    [InlineData("Accept: audio/x-flac\r\n", "audio/flac")]
    [InlineData("Accept: text/html, */*;q=0.8\r\n", "audio/mpeg")]
    [InlineData("Accept: text/html\r\n", "audio/mpeg")]
    [InlineData("Accept: video/*, image/png\r\n", "audio/mpeg")]
    [InlineData("Accept: audio/aac;q=1, audio/mpeg;q=0, */*;q=0\r\n", "audio/mpeg")]
    [InlineData("Accept: ;;, \t#!=\r\n", "audio/mpeg")]
    public async Task The_rendition_of_a_station_is_chosen_by_the_Accept_header(string accept, string type)
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync("/jazz", accept, "HEAD");

        Assert.Contains($"\r\nContent-Type: {type}\r\n", await client.ReadAllAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_request_gets_the_whole_stream()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync("/jazz.mp3", "Range: bytes=0-\r\n");
        string head = await client.ReadHeadAsync();

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Range", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_of_another_site_gets_an_answer_to_its_preflight_request()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync(
            "/jazz.mp3", "Origin: https://example.org\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: "
                + "icy-metadata\r\n", "OPTIONS");
        string answer = await client.ReadAllAsync();

        Assert.StartsWith("HTTP/1.1 204 No Content\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nAccess-Control-Allow-Origin: *\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nAccess-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Icy-MetaData", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "X-Forwarded-Proto: https\r\n", "https://radio.example:8000")]
    [InlineData("127.0.0.0/8", "X-Forwarded-Proto: gopher\r\n", "http://radio.example:8000")]
    [InlineData("127.0.0.0/8", "Forwarded: for=203.0.113.7;proto=https;host=jazz.example\r\n", "https://jazz.example")]
    [InlineData("127.0.0.0/8", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Host: jazz.example\r\n", "http://jazz.example")]
    [InlineData("10.0.0.0/8", "X-Forwarded-Proto: https\r\nX-Forwarded-Host: jazz.example\r\n", "http://radio.example:8000")]
    public async Task Behind_a_trusted_TLS_proxy_playlists_contain_the_proxys_address(string proxy, string header, string address)
    {
        await using var server = new RadioTestServer(proxies: proxy);
        using RadioTestClient client = await server.GetAsync("/jazz.m3u", header);

        Assert.EndsWith($"\r\n{address}/jazz.mp3\r\n", await client.ReadAllAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/jazz.m3u", "audio/x-mpegurl", "#EXTM3U\r\n#EXTINF:-1,jazz\r\nhttp://radio.example:8000/jazz.mp3\r\n")]
    [InlineData("/jazz.pls", "audio/x-scpls",
        "[playlist]\r\nNumberOfEntries=1\r\nFile1=http://radio.example:8000/jazz.mp3\r\nTitle1=jazz\r\nLength1=-1\r\nVersion=2\r\n")]
    public async Task Playlists_contain_the_servers_address(string path, string type, string text)
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync(path);
        string answer = await client.ReadAllAsync();

        Assert.Contains($"\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\n\r\n{text}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_title_is_sent_within_the_audio_on_request()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync("/jazz.mp3", "Icy-MetaData: 1\r\n");
        Assert.Contains("\r\nicy-metaint: 1600\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);

        byte[] stream = await client.ReadAsync(1600 + 1 + 32 + 1600 + 1);
        Assert.Equal(2, stream[1600]);
        Assert.Equal("StreamTitle='them - old';", Encoding.UTF8.GetString(stream, 1601, 32).TrimEnd('\0'));
        Assert.Equal(0, stream[^1]);
    }

    [Fact]
    public async Task A_missing_path_gets_a_list_of_the_existing_ones()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync("/blues.mp3");
        string answer = await client.ReadAllAsync();

        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", answer, StringComparison.Ordinal);
        Assert.Contains(
            "\r\n/jazz.flac\r\n/jazz.mp3\r\n/jazz-64.mp3\r\n/jazz.opus\r\n/late-night.mp3\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_method_gets_a_list_of_the_allowed_ones()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync("/jazz.mp3", method: "DELETE");
        string answer = await client.ReadAllAsync();

        Assert.StartsWith("HTTP/1.1 405 Method Not Allowed\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nAllow: GET, HEAD, OPTIONS\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[RadioRefusal.MethodNotAllowed]);
    }

    [Theory]
    [InlineData(RingRefusalReason.TooManyOnDemand, false, 20.0, "503 Service Unavailable", "20", RadioRefusal.TooManyOnDemand)]
    [InlineData(RingRefusalReason.Paused, false, 3.2, "503 Service Unavailable", "4", RadioRefusal.RenditionFailed)]
    [InlineData(RingRefusalReason.Unavailable, false, null, "503 Service Unavailable", "10", RadioRefusal.Unavailable)]
    [InlineData(RingRefusalReason.NeverOnDemand, true, null, "403 Forbidden", null, RadioRefusal.NeverOnDemand)]
    [InlineData(RingRefusalReason.StationEnded, true, null, "410 Gone", null, RadioRefusal.Unavailable)]
    internal async Task A_refused_listener_gets_Retry_After_only_if_retrying_can_help(
        RingRefusalReason reason, bool isFinal, double? after, string status, string? retryAfter, RadioRefusal counted)
    {
        TimeSpan? time = after is double seconds ? TimeSpan.FromSeconds(seconds) : null;
        await using var server = new RadioTestServer(refusal: new RingRefusal(reason, "No.", time) { IsFinal = isFinal });
        using RadioTestClient client = await server.GetAsync("/jazz.mp3");
        string answer = await client.ReadAllAsync();

        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(
            retryAfter, answer.Split("\r\n")
                .SingleOrDefault(static line => line.StartsWith("Retry-After: ", StringComparison.Ordinal))?["Retry-After: ".Length..]);
        Assert.EndsWith("\r\n\r\nNo.\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[counted]);
    }

    [Fact]
    public async Task A_player_that_disconnects_is_noticed_and_its_lease_is_released()
    {
        await using var server = new RadioTestServer();
        using (RadioTestClient client = await server.GetAsync("/jazz.mp3"))
        {
            await client.ReadHeadAsync();
            Assert.Equal((1, 1), (server.Radio.GetSnapshot().Listeners, server.Mp3.Leases));
        }

        await Until.TrueAsync(
            () => server.Mp3.Leases == 0 && server.Senders.GetStreamStatistics().Listeners == 0
                && server.Radio.GetSnapshot().Listeners == 0);
        Assert.Equal(0, server.Radio.GetSnapshot().BufferBytes);
    }

    [Fact]
    public async Task At_the_end_of_the_station_the_stream_ends_after_its_last_packet()
    {
        await using var server = new RadioTestServer(seconds: 0.5);
        Assert.True(server.Mp3.TryGet(server.Mp3.Head - 1, out RingItem? last));
        server.Mp3.Publish(new EndItem(0, last.DueAt));
        using RadioTestClient client = await server.GetAsync("/jazz.mp3");
        await client.ReadHeadAsync();
        byte[] sound = await client.ReadAsync(100_000);

        Assert.Equal((int)((PacketItem)last).Number, BinaryPrimitives.ReadInt32BigEndian(sound.AsSpan(sound.Length - 4)));
        client.Dispose();
        await Until.TrueAsync(() => server.Radio.GetSnapshot().Listeners == 0);
    }

    [Fact]
    public async Task Two_listeners_share_the_bytes_and_each_is_counted()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient one = await server.GetAsync("/jazz.mp3");
        using RadioTestClient two = await server.GetAsync("/jazz.mp3");
        await one.ReadHeadAsync();
        await two.ReadHeadAsync();

        RadioServerSnapshot snapshot = server.Radio.GetSnapshot();
        Assert.Equal((2, 2), (snapshot.Listeners, snapshot.Accepted));
        Assert.Equal([new RadioRenditionSnapshot("jazz", "mp3", 2, 2)], snapshot.Renditions);
        Assert.InRange(snapshot.BufferBytes, 1, 2 * StreamLog.SegmentLength);
    }
}
