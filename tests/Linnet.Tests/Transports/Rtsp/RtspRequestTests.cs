using System.Net;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Each method, and each status of its responses.</summary>
public class RtspRequestTests
{
    private const string Interleaved = "RTP/AVP/TCP;unicast;interleaved=0-1";

    [Fact]
    public async Task Options_lists_the_methods()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.RequestAsync("OPTIONS", "*");

        Assert.Equal(200, answer.Status);
        Assert.Equal("OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN", answer["Public"]);
    }

    [Fact]
    public async Task A_description_is_plain_RTP_with_one_payload_type_and_absolute_addresses()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.RequestAsync("DESCRIBE", server.Uri("/jazz"), "Accept: application/sdp\r\n");

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/sdp", answer["Content-Type"]);
        Assert.Equal($"{server.Uri("/jazz/opus")}/", answer["Content-Base"]);
        string[] lines = answer.Body.Split("\r\n");
        Assert.StartsWith("o=- ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(" 1 IN IP4 127.0.0.1", lines[1], StringComparison.Ordinal);
        Assert.Equal(
            [
                "v=0",
                lines[1],
                "s=jazz",
                "c=IN IP4 0.0.0.0",
                "t=0 0",
                $"a=control:{server.Uri("/jazz/opus")}",
                "a=range:npt=now-",
                "m=audio 0 RTP/AVP 96",
                "a=rtpmap:96 opus/48000/2",
                "a=fmtp:96 sprop-stereo=1",
                "a=ptime:5",
                $"a=control:{server.Uri("/jazz/opus/audio")}",
                "",
            ],
            lines);
    }

    [Theory]
    [InlineData("", "/jazz/opus")]
    [InlineData("/", "/jazz/opus")]
    [InlineData("/jazz", "/jazz/opus")]
    [InlineData("/jazz/", "/jazz/opus")]
    [InlineData("/jazz/audio", "/jazz/opus")]
    [InlineData("/jazz/pcm", "/jazz/pcm")]
    [InlineData("/jazz/pcm/audio", "/jazz/pcm")]
    [InlineData("/jazz/pcm/?a=b", "/jazz/pcm")]
    [InlineData("/news", "/news/opus")]
    [InlineData("/trackID=0", "/jazz/opus")]
    [InlineData("/jazz/trackID=0", "/jazz/opus")]
    [InlineData("/jazz/trackID=1", "/jazz/opus")]
    [InlineData("/jazz//TrackId=1", "/jazz/opus")]
    [InlineData("/jazz/streamid=0", "/jazz/opus")]
    [InlineData("/jazz/stream=0", "/jazz/opus")]
    [InlineData("/jazz/track1", "/jazz/opus")]
    [InlineData("/jazz/pcm/track1", "/jazz/pcm")]
    public async Task An_address_names_a_rendition(string path, string rendition)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.RequestAsync("DESCRIBE", server.Uri(path));

        Assert.Contains($"a=control:{server.Uri(rendition)}\r\n", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "pcm", "/jazz/pcm")]
    [InlineData("/jazz/audio", "pcm", "/jazz/pcm")]
    [InlineData("/news", "pcm", "/news/opus")]
    [InlineData("/jazz/opus", "pcm", "/jazz/opus")]
    [InlineData("/jazz", "", "/jazz/opus")]
    public async Task A_preferred_rendition_is_used_if_it_exists_and_the_address_names_none(string path, string preferred, string rendition)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.RequestAsync("DESCRIBE", server.Uri(path), $"Linnet-Rendition: {preferred}\r\n");

        Assert.Contains($"a=control:{server.Uri(rendition)}\r\n", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("Linnet-Buffer: 9000\r\n", 1)]
    [InlineData("Linnet-Buffer: 60000\r\n", 1)]
    [InlineData("Linnet-Buffer: soon\r\n", 2)]
    [InlineData("Linnet-Buffer: 600000\r\n", 2)]
    public async Task PLAY_starts_as_far_back_as_the_player_buffers(string header, int first)
    {
        await using var server = new RtspTestServer(new RtspServerOptions { MaxPreRoll = TimeSpan.FromSeconds(10) }) { PacketsAtStart = 0 };
        long now = TimeProvider.System.GetTimestamp();
        foreach (int age in new[] { 15, 5, -60 })
        {
            RtspTestServer.Publish(server.Opus, 1, dueAt: now - (age * TimeProvider.System.TimestampFrequency));
        }

        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/jazz/opus"), Interleaved);

        RawResponse play = await client.RequestAsync("PLAY", server.Uri("/jazz/opus"), header);

        Assert.Contains($";seq={RtspTestServer.Published(server.Opus)[first].SequenceNumber};", play["RTP-Info"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rendition_that_starts_with_more_audio_than_requested_is_not_sent_in_full()
    {
        var time = new WaitedTime();
        var patience = TimeSpan.FromSeconds(47);
        await using var server = new RtspTestServer(new RtspServerOptions { FirstPacketTimeout = patience }, time) { PacketsAtStart = 0 };
        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/jazz/opus"), Interleaved);

        // It has read the available packets and waits for more.
        Task<RawResponse> playing = client.RequestAsync("PLAY", server.Uri("/jazz/opus"));
        await Until.TrueAsync(() => time.Waits.Contains(patience));
        long asked = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(2));

        // Audio that was due after the request is never too old, however late the rendition starts.
        foreach (int age in new[] { 15, 5, -1, -60 })
        {
            RtspTestServer.Publish(server.Opus, 1, dueAt: asked - (age * time.TimestampFrequency));
        }

        RawResponse play = await playing;
        Assert.Contains($";seq={RtspTestServer.Published(server.Opus)[2].SequenceNumber};", play["RTP-Info"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/blues", "There is no station blues. Stations: jazz, news.")]
    [InlineData("/blues/opus", "There is no station blues. Stations: jazz, news.")]
    [InlineData("/jazz/mp3", "Station jazz has no mp3. Renditions: opus, pcm.")]
    [InlineData("/jazz/opus/video", "Station jazz has no opus/video. Renditions: opus, pcm.")]
    [InlineData("/jazz/trackID=2", "Station jazz has no trackID=2. Renditions: opus, pcm.")]
    [InlineData("/track1", "There is no station track1. Stations: jazz, news.")]
    [InlineData("/audio", "There is no station audio. Stations: jazz, news.")]
    [InlineData("/jazz/opus/audio/x", "Station jazz has no opus/audio/x. Renditions: opus, pcm.")]
    public async Task A_missing_station_or_rendition_gets_404_with_a_list_of_the_existing_ones(string path, string told)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        foreach (string method in new[] { "DESCRIBE", "SETUP" })
        {
            RawResponse answer = await client.RequestAsync(method, server.Uri(path), $"Transport: {Interleaved}\r\n");

            Assert.Equal(404, answer.Status);
            Assert.Equal(told, answer.Body.TrimEnd());
        }
    }

    [Theory]
    [InlineData("application/sdp", 200)]
    [InlineData("text/html, application/sdp;q=0.5", 200)]
    [InlineData("*/*", 200)]
    [InlineData("text/html", 406)]
    public async Task A_description_is_sent_only_to_a_client_that_accepts_SDP(string accept, int status)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        Assert.Equal(status, (await client.RequestAsync("DESCRIBE", server.Uri("/"), $"Accept: {accept}\r\n")).Status);
    }

    [Theory]
    [InlineData("RTP/AVP;multicast;port=5000-5001", 461)]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001", 461)]
    [InlineData("RTP/AVP;unicast", 461)]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001;mode=record", 461)]
    [InlineData("RTP/AVP/TCP;unicast;interleaved=3-3", 461)]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=2-3", 200)]
    [InlineData("RTP/AVP/UDP;unicast;client_port=5000-5001", 200)]
    [InlineData("RTP/AVP/TCP;unicast", 200)]
    [InlineData("nonsense", 400)]
    public async Task The_first_supported_transport_is_chosen(string transport, int status)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        Assert.Equal(status, (await client.RequestAsync("SETUP", server.Uri("/jazz/opus/audio"), $"Transport: {transport}\r\n")).Status);
    }

    [Fact]
    public async Task A_server_without_UDP_ports_offers_only_TCP()
    {
        await using var server = new RtspTestServer(hasUdp: false);
        using RawRtspClient client = await server.ConnectAsync();

        Assert.Equal(
            461, (await client.RequestAsync("SETUP", server.Uri("/"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n")).Status);
        Assert.Equal(200, (await client.RequestAsync("SETUP", server.Uri("/"), $"Transport: {Interleaved}\r\n")).Status);
    }

    [Fact]
    public async Task SETUP_without_a_transport_gets_400()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        Assert.Equal(400, (await client.RequestAsync("SETUP", server.Uri("/"))).Status);
    }

    [Fact]
    public async Task A_session_has_an_id_and_a_timeout()
    {
        await using var server = new RtspTestServer(new RtspServerOptions { SessionTimeout = TimeSpan.FromSeconds(42) });
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.SetupAsync(server.Uri("/"), Interleaved);

        Assert.Matches("^[0-9A-F]{16};timeout=42$", answer["Session"]);
    }

    [Fact]
    public async Task A_session_may_change_its_transport_until_it_plays_but_not_its_rendition()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/jazz/opus"), Interleaved);

        RawResponse again =
            await client.RequestAsync("SETUP", server.Uri("/jazz/opus"), "Transport: RTP/AVP/TCP;unicast;interleaved=8-9\r\n");
        Assert.Equal(200, again.Status);
        Assert.StartsWith(client.Session!, again["Session"], StringComparison.Ordinal);

        Assert.Equal(459, (await client.RequestAsync("SETUP", server.Uri("/news"), $"Transport: {Interleaved}\r\n")).Status);

        await client.RequestAsync("PLAY", server.Uri("/jazz/opus"));
        Assert.Equal(455, (await client.RequestAsync("SETUP", server.Uri("/jazz/opus"), $"Transport: {Interleaved}\r\n")).Status);
        Assert.Equal(RtspTestServer.Published(server.Opus)[0].Datagram.ToArray(), await client.ReadFrameAsync(8));
    }

    [Fact]
    public async Task A_connection_may_have_several_sessions_on_different_channels()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse jazz = await client.RequestAsync("SETUP", server.Uri("/jazz"), $"Transport: {Interleaved}\r\n");
        RawResponse taken = await client.RequestAsync("SETUP", server.Uri("/news"), $"Transport: {Interleaved}\r\n");
        RawResponse news = await client.RequestAsync("SETUP", server.Uri("/news"), "Transport: RTP/AVP/TCP;unicast\r\n");
        await client.RequestAsync("PLAY", server.Uri("/jazz"), $"Session: {jazz["Session"]!.Split(';')[0]}\r\n");
        await client.RequestAsync("PLAY", server.Uri("/news"), $"Session: {news["Session"]!.Split(';')[0]}\r\n");

        Assert.Equal(461, taken.Status);
        Assert.Contains("interleaved=2-3", news["Transport"], StringComparison.Ordinal);
        int jazzed = 0;
        int newsed = 0;
        while (jazzed < 3 || newsed < 3)
        {
            (byte channel, byte[] packet) = await client.ReadAnyFrameAsync();
            if (channel == 0)
            {
                Assert.Equal(RtspTestServer.Published(server.Opus)[jazzed++].Datagram.ToArray(), packet);
            }
            else if (channel == 2)
            {
                Assert.Equal(RtspTestServer.Published(server.News)[newsed++].Datagram.ToArray(), packet);
            }
        }
    }

    [Theory]
    [InlineData("PLAY")]
    [InlineData("PAUSE")]
    [InlineData("TEARDOWN")]
    [InlineData("GET_PARAMETER")]
    [InlineData("SET_PARAMETER")]
    [InlineData("OPTIONS")]
    [InlineData("SETUP")]
    public async Task An_unknown_session_gets_454(string method)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using RawRtspClient other = await server.ConnectAsync();
        await other.SetupAsync(server.Uri("/"), Interleaved);

        Assert.Equal(
            454, (await client.RequestAsync(method, server.Uri("/"), $"Session: 12345678\r\nTransport: {Interleaved}\r\n")).Status);

        // A session belongs to its connection: its id is invalid on another.
        Assert.Equal(
            454, (await client.RequestAsync(method, server.Uri("/"), $"Session: {other.Session}\r\nTransport: {Interleaved}\r\n")).Status);
    }

    [Theory]
    [InlineData("PLAY")]
    [InlineData("PAUSE")]
    [InlineData("TEARDOWN")]
    public async Task A_method_needs_a_session_and_the_matching_address(string method)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        Assert.Equal(454, (await client.RequestAsync(method, server.Uri("/jazz"))).Status);
        await client.SetupAsync(server.Uri("/jazz"), Interleaved);
        Assert.Equal(454, (await client.RequestAsync(method, server.Uri("/news"))).Status);
        Assert.Equal(454, (await client.RequestAsync(method, server.Uri("/blues"))).Status);
    }

    [Fact]
    public async Task PAUSE_needs_a_playing_session_and_PLAY_continues_at_the_live_edge()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/jazz"), Interleaved);
        Assert.Equal(455, (await client.RequestAsync("PAUSE", server.Uri("/jazz"))).Status);
        await client.RequestAsync("PLAY", server.Uri("/jazz"));
        Assert.Equal(200, (await client.RequestAsync("PLAY", server.Uri("/jazz"))).Status);
        PacketItem[] before = RtspTestServer.Published(server.Opus);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.Equal(before[i].Datagram.ToArray(), await client.ReadFrameAsync());
        }

        Assert.Equal(200, (await client.RequestAsync("PAUSE", server.Uri("/jazz"))).Status);
        RtspTestServer.Publish(server.Opus, 10);
        Assert.Equal(200, (await client.RequestAsync("GET_PARAMETER", server.Uri("/jazz"))).Status);
        Assert.DoesNotContain(client.Frames, f => f.Channel == 0);

        Task<RawResponse> playing = client.RequestAsync("PLAY", server.Uri("/jazz"));
        while (!playing.IsCompleted)
        {
            RtspTestServer.Publish(server.Opus, 1);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        RawResponse again = await playing;
        byte[] first = await client.ReadFrameAsync();
        PacketItem joined = RtspTestServer.Published(server.Opus).Single(p => p.Datagram.Span.SequenceEqual(first));
        Assert.True(joined.Index > before[^1].Index + 10, "It starts with packets published during the pause.");
        Assert.Equal($"url={server.Uri("/jazz/opus/audio")};seq={joined.SequenceNumber};rtptime={joined.Timestamp}", again["RTP-Info"]);
    }

    [Fact]
    public async Task RTP_Info_is_omitted_if_no_packet_comes_in_time()
    {
        await using var server = new RtspTestServer(new RtspServerOptions { FirstPacketTimeout = TimeSpan.Zero }) { PacketsAtStart = 0 };
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.PlayInterleavedAsync(server.Uri("/jazz"));

        Assert.Null(answer["RTP-Info"]);
        Assert.Equal("npt=now-", answer["Range"]);
        PacketItem[] late = RtspTestServer.Publish(server.Opus, 2);
        Assert.Equal(late[0].Datagram.ToArray(), await client.ReadFrameAsync());
    }

    [Theory]
    [InlineData("GET_PARAMETER", "", 200)]
    [InlineData("GET_PARAMETER", "\r\n", 200)]
    [InlineData("GET_PARAMETER", "packets_received\r\njitter\r\n", 451)]
    [InlineData("SET_PARAMETER", "", 200)]
    [InlineData("SET_PARAMETER", "volume: 11\r\n", 451)]
    public async Task Parameter_requests_keep_a_session_alive_and_there_are_no_parameters(string method, string body, int status)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        Assert.Equal(status, (await client.RequestAsync(method, "*", body: body)).Status);
        await client.SetupAsync(server.Uri("/"), Interleaved);

        RawResponse answer = await client.RequestAsync(method, server.Uri("/"), body: body);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200, answer["Session"] is not null);
    }
}
