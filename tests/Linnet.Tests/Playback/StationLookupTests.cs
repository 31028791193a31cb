using Linnet.Playback;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Playback;

/// <summary>Finding a station from the address of a server's pages.</summary>
public sealed class StationLookupTests : PlayerScenario
{
    private const string One = "{\"rtsp_port\":8554,\"stations\":[\"jazz\"]}";
    private const string Awaiting = "{\"rtsp_port\":8554,\"stations\":[],\"awaited\":[\"live\"]}";
    private const string Both = "{\"rtsp_port\":8554,\"stations\":[\"jazz\"],\"awaited\":[\"live\",\"night\"]}";
    private const string Three = "{\"rtsp_port\":9000,\"stations\":[\"jazz\",\"jazz-64\",\"news\"]}";

    [Theory]
    [InlineData("http://studio:8000/", One, "rtsp://studio:8554/jazz")]
    [InlineData("http://studio:8000/index.html", One, "rtsp://studio:8554/jazz")]
    [InlineData("http://studio:8000/jazz", One, "rtsp://studio:8554/jazz")]
    [InlineData("https://studio/jazz.mp3", One, "rtsp://studio:8554/jazz")]
    [InlineData("http://studio:8000/jazz-64.opus", One, "rtsp://studio:8554/jazz")]
    [InlineData("http://studio:8000/jazz.flac", One, "rtsp://studio:8554/jazz/pcm")]
    [InlineData("http://studio:8000/jazz.m3u", One, "rtsp://studio:8554/jazz")]
    [InlineData("http://studio:8000/jazz/l16", One, "rtsp://studio:8554/jazz/l16")]
    [InlineData("http://studio:8000/", Three, "rtsp://studio:9000/jazz")]
    [InlineData("http://studio:8000/news", Three, "rtsp://studio:9000/news")]
    [InlineData("http://studio:8000/jazz-64.mp3", Three, "rtsp://studio:9000/jazz-64")]
    [InlineData("http://studio:8000/", Awaiting, "rtsp://studio:8554/live")]
    [InlineData("http://studio:8000/live", Awaiting, "rtsp://studio:8554/live")]
    [InlineData("http://studio:8000/night.mp3", Both, "rtsp://studio:8554/night")]
    [InlineData("http://studio:8000/", Both, "rtsp://studio:8554/jazz")]
    [InlineData("http://studio:8000/jazz", "{\"rtsp_port\":8554,\"stations\":[\"jazz\"],\"awaited\":7}", "rtsp://studio:8554/jazz")]
    [InlineData("http://[fe80::1%25eth0]:8000/", One, "rtsp://[fe80::1]:8554/jazz")]
    [InlineData("http://user:pw@studio:8000/", One, "rtsp://studio:8554/jazz")]
    [InlineData("http://[::1]:8000/", One, "rtsp://[::1]:8554/jazz")]
    [InlineData("http://studio:8000/~k1.9.jazz.x_y/jazz", Three, "rtsp://studio:9000/~k1.9.jazz.x_y/jazz")]
    [InlineData("http://studio:8000/~k1.9.jazz.x_y/", Three, "rtsp://studio:9000/~k1.9.jazz.x_y/jazz")]
    [InlineData("http://studio:8000/~k1.9.jazz.x_y/news/pcm", Three, "rtsp://studio:9000/~k1.9.jazz.x_y/news/pcm")]
    public void A_page_leads_to_its_station(string page, string json, string address) =>
        Assert.Equal(address, StationLookup.Choose(new Uri(page), json).ToString());

    [Theory]
    [InlineData("http://user:p%40w@studio:8000/", One, null)]
    [InlineData("https://user:pw@studio/", One, null)]
    [InlineData("https://user:p%40w@studio/", "{\"rtsp_port\":8554,\"rtsps_port\":8322,\"stations\":[\"jazz\"]}", "p@w")]
    [InlineData("http://user:p%40w@studio:8000/", "{\"rtsps_port\":8322,\"stations\":[\"jazz\"]}", "p@w")]
    public void The_password_of_a_page_is_sent_over_RTSP_only_within_TLS(string page, string json, string? password) =>
        Assert.Equal(password, StationLookup.Choose(new Uri(page), json).Credentials?.Password);

    [Theory]
    [InlineData("http://studio:8000/jazzband", One, "has no station 'jazzband'. There is rtsp://studio:8554/jazz.", true)]
    [InlineData("http://studio:8000/rock", One, "has no station 'rock'. There is rtsp://studio:8554/jazz.", true)]
    [InlineData("http://studio:8000/", "{\"rtsp_port\":8554,\"stations\":[]}", "has no station now", false)]
    [InlineData("http://studio:8000/rock", Both,
        "has no station 'rock'. There is rtsp://studio:8554/jazz or rtsp://studio:8554/live or rtsp://studio:8554/night.", true)]
    [InlineData("http://studio:8000/", "<html>", "is no Linnet server", true)]
    [InlineData("http://studio:8000/", "[]", "is no Linnet server", true)]
    [InlineData("http://studio:8000/", "{\"rtsp_port\":0,\"stations\":[]}", "is no Linnet server", true)]
    [InlineData("http://studio:8000/", "{\"rtsp_port\":\"x\",\"stations\":[]}", "is no Linnet server", true)]
    [InlineData("http://studio:8000/", "{\"rtsp_port\":1,\"stations\":7}", "is no Linnet server", true)]
    [InlineData("http://studio:8000/", "{\"rtsp_port\":1,\"stations\":[7,\"../x\",\"a\\u0000\"]}", "has no station now", false)]
    public void A_page_without_a_station_gives_the_reason(string page, string json, string said, bool isFinal)
    {
        TransportException e = Assert.ThrowsAny<TransportException>(() => StationLookup.Choose(new Uri(page), json));

        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal(isFinal, e.IsFinal);
    }

    [Theory]
    [InlineData("http", "")]
    [InlineData("http", "/moved.json")]
    [InlineData("rtsp", "")]
    public async Task The_port_of_the_pages_works_like_the_port_of_RTSP(string scheme, string moved)
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var pages = new ScriptedHttpServer(path =>
        {
            string json = $"{{\"rtsp_port\":{server.Port},\"stations\":[\"song\"]}}";
            return path == StationLookup.Path && moved.Length > 0 ? $"HTTP/1.1 302 Found\r\nLocation: {moved}\r\n\r\n"
                : path == StationLookup.Path || path == moved ? $"HTTP/1.1 200 OK\r\nContent-Length: {json.Length}\r\n\r\n{json}"
                : "HTTP/1.1 400 Bad Request\r\n\r\n";
        });
        await using var recording =
            new Recording(Options(server) with { Url = new Uri($"{scheme}://127.0.0.1:{pages.Address("/").Port}/") });
        FakeRtspConnection connection = await PlayingAsync(server, recording);
        await SendAsync(connection, 10);
        await SendGoodbyeAsync(connection, RtspTransport.Tcp);

        await recording.Running;

        Assert.Equal(Sent(), recording.Samples);
    }

    [Fact]
    public async Task The_port_that_was_found_is_kept_when_the_server_is_gone_for_a_while()
    {
        // The server on the other port wants an account: the player does not ask it.
        await using var other = new FakeRtspServer { Script = static (_, request) => request.Answer(RtspStatus.Unauthorized) };
        int[] ports = [0, other.Port];
        var lookup = new StationLookup(new Uri("rtsp://127.0.0.1/song"), TimeProvider.System);
        await using (var server = new FakeRtspServer())
        {
            ports[0] = server.Port;
            await using RtspReceiver receiver = await ConnectAsync();
        }

        RtspException e = await Assert.ThrowsAsync<RtspException>(ConnectAsync);
        Assert.False(e.IsFinal);
        Assert.Empty(other.Requests);

        await using var back = new FakeRtspServer(ports[0]);
        await using RtspReceiver again = await ConnectAsync();
        Assert.Equal(ports[0], again.Address.Port);

        Task<RtspReceiver> ConnectAsync() => lookup.ConnectAsync(
            address => RtspReceiver.ConnectAsync(
                new RtspReceiverOptions { Address = address, Transport = RtspTransport.Tcp, UsualPorts = ports },
                TimeProvider.System,
                new Random(1),
                NullLogger.Instance,
                Cancelled),
            Cancelled);
    }

    [Theory]
    [InlineData(RtspTransport.Auto, true)]
    [InlineData(RtspTransport.Tcp, true)]
    [InlineData(RtspTransport.Udp, false)]
    public async Task A_station_that_may_switch_to_TCP_later_has_room_for_a_burst_from_the_start(RtspTransport transport, bool hasRoom)
    {
        await using FakeRtspServer server = Serve(_sender);
        await using RtspReceiver receiver = await RtspReceiver.ConnectAsync(
            new RtspReceiverOptions { Address = server.Address, Transport = transport }, TimeProvider.System, new Random(1),
            NullLogger.Instance, Cancelled);
        using Feed feed = Feed.For(receiver, new ReceiverOptions(), TimeProvider.System);
        IRtpSink sink = feed.ToSink(static () => false, static _ => { });
        sink.Start(_sender.NextSequence, _sender.NextTimestamp);

        for (int i = 0; i < 2000; i++)
        {
            sink.OnRtp(_sender.Next(40), Now);
        }

        Assert.Equal(hasRoom, feed.Receiver.GetStatistics().Overflow == 0);
    }

    [Theory]
    [InlineData("http", "404 Not Found", "is no Linnet server", true)]
    [InlineData("http", "503 Busy", "answers 503", false)]
    [InlineData("http", "302 Found\r\nLocation: /stations.json", "redirects too often", false)]
    [InlineData("rtsp", "404 Not Found", "sends RTSP that Linnet cannot read", false)]
    public async Task An_address_that_is_neither_is_reported_as_it_was_given(string scheme, string answer, string said, bool isFinal)
    {
        await using var pages = new ScriptedHttpServer(_ => $"HTTP/1.1 {answer}\r\n\r\n");
        await using var recording = new Recording(new PlayerOptions { Url = new Uri($"{scheme}://127.0.0.1:{pages.Address("/").Port}/") });

        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(
            () => recording.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal(isFinal, e.IsFinal);
    }

    [Theory]
    [InlineData("401 Unauthorized", "does not let us see which stations it has (401)", true)]
    [InlineData("403 Forbidden", "does not let us see which stations it has (403)", true)]
    [InlineData("404 Not Found", "is no Linnet server", true)]
    [InlineData("410 Gone", "is no Linnet server", true)]
    [InlineData("408 Request Timeout", "answers 408", false)]
    [InlineData("425 Too Early", "answers 425", false)]
    [InlineData("429 Too Many Requests", "answers 429", false)]
    [InlineData("500 Internal Server Error", "answers 500", false)]
    [InlineData("503 Service Unavailable", "answers 503", false)]
    public async Task The_player_waits_for_pages_whose_refusal_is_temporary(string status, string said, bool isFinal)
    {
        await using var pages = new ScriptedHttpServer(_ => $"HTTP/1.1 {status}\r\n\r\n");
        await using var recording = new Recording(new PlayerOptions { Url = pages.Address("/") });

        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(() => recording.Running);

        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal(isFinal, e.IsFinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_are_requested_only_if_the_port_has_never_answered_RTSP(bool wasHeard)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        await using var server = new FakeRtspServer();
        await using var pages = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n");
        var lookup = new StationLookup(new Uri($"rtsp://127.0.0.1:{pages.Address("/").Port}/jazz"), TimeProvider.System);
        if (wasHeard)
        {
            var options = new RtspReceiverOptions { Address = server.Address, Transport = RtspTransport.Tcp };
            await using RtspReceiver receiver = await lookup.ConnectAsync(
                _ => RtspReceiver.ConnectAsync(options, TimeProvider.System, new Random(1), NullLogger.Instance, cancelled), cancelled);
        }

        var refusal = new RtspException("It refuses.") { IsNoAnswer = wasHeard };

        Task<RtspReceiver> refused = lookup.ConnectAsync(_ => Task.FromException<RtspReceiver>(refusal), cancelled);

        Assert.Same(refusal, await Assert.ThrowsAsync<RtspException>(() => refused));
        Assert.Empty(pages.Asked);
    }

    // A player that ends before it plays fails the test, and does not hold it up.
    private static async Task<FakeRtspConnection> PlayingAsync(FakeRtspServer server, Recording recording)
    {
        Task<FakeRtspConnection> playing = server.PlayingAsync().AsTask();
        Assert.Same(playing, await Task.WhenAny(playing, recording.Running));
        return await playing;
    }

    [Fact]
    public async Task A_player_chooses_the_section_with_sound_whatever_its_format()
    {
        await using FakeRtspServer server = Serve(_sender);
        server.Sdp = server.Sdp.Replace(
            "m=audio", "m=audio 0 RTP/AVP 0\r\na=control:back\r\nm=audio", StringComparison.Ordinal);
        await using var recording = new Recording(Options(server));
        await server.PlayingAsync();
        FakeRtspConnection connection = await PlayingAsync(server, recording);
        await SendAsync(connection, 10);
        await SendGoodbyeAsync(connection, RtspTransport.Tcp);

        await recording.Running;

        Assert.Equal(["back", "track1"], server.Requests.Where(r => r.Method == "SETUP").Select(r => r.Uri.Split('/')[^1]));
        Assert.Equal(Sent(), recording.Samples);
        Assert.Equal(0, recording.Player.GetStatistics().Reconnects);
    }

    [Fact]
    public async Task A_password_is_in_no_log_line_and_no_error()
    {
        var logger = new RecordingLogger();
        await using FakeRtspServer server = Serve(_sender);
        PlayerOptions options =
            Options(server) with { Url = new Uri(server.Url.Replace("//127.", "//ann:s3cret@127.", StringComparison.Ordinal)) };
        await using var recording = new Recording(options, logger);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 10);
        await SendGoodbyeAsync(connection, RtspTransport.Tcp);
        await recording.Running;

        Assert.Contains(logger.Lines, line => line.Contains("rtsp://ann:***@127.0.0.1", StringComparison.Ordinal));
        Assert.DoesNotContain(logger.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", options.ToString(), StringComparison.Ordinal);
        var wrong = new PlayerOptions { Url = new Uri("ftp://ann:s3cret@host/") };
        Assert.Contains("ftp://ann:***@host/", Assert.Single(wrong.Problems()), StringComparison.Ordinal);
    }
}
