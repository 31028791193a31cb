using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>From OPTIONS to PLAY with scripted servers, over real loopback sockets.</summary>
public sealed class RtspSessionTests
{
    private const string Audio = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/8000/1\r\n";
    private const string Session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    private readonly RecordingSink _sink = new();

    [Theory]
    [InlineData(null, null, "track1", "{url}/track1", "{url}")]
    [InlineData("{url}/", null, "track1", "{url}/track1", "{url}/")]
    [InlineData("rtsp://other.example/live/", null, "streamid=0", "rtsp://other.example/live/streamid=0", "rtsp://other.example/live/")]
    [InlineData(null, "rtsp://other.example/live", "streamid=0", "rtsp://other.example/live/streamid=0", "rtsp://other.example/live")]
    [InlineData("{url}/", null, "rtsp://other.example/x/track7", "rtsp://other.example/x/track7", "{url}/")]
    [InlineData("{url}/", null, "*", "{url}/", "{url}/")]
    [InlineData("{url}/", null, null, "{url}/", "{url}/")]
    [InlineData("/song/", null, "track1", "{url}/track1", "{url}/")]
    [InlineData("song/", null, "track1", "{url}/track1", "{url}")]
    public async Task The_track_is_set_up_at_the_URI_in_the_description(
        string? contentBase, string? contentLocation, string? control, string setup, string play)
    {
        await using var server = new FakeRtspServer();
        server.Sdp = Session + Audio + (control is null ? "" : $"a=control:{control}\r\n");
        server.Script = (connection, request) =>
        {
            if (request.Method != RtspMethod.Describe)
            {
                return null;
            }

            RtspResponse answer = server.Answer(connection, request);
            answer.Headers[RtspHeaderNames.ContentBase] = contentBase?.Replace("{url}", server.Url, StringComparison.Ordinal);
            answer.Headers[RtspHeaderNames.ContentLocation] = contentLocation;
            return answer;
        };

        await PlayAsync(server, RtspTransport.Tcp);

        Assert.Equal(setup.Replace("{url}", server.Url, StringComparison.Ordinal), UriOf(server, RtspMethod.Setup));
        Assert.Equal(play.Replace("{url}", server.Url, StringComparison.Ordinal), UriOf(server, RtspMethod.Play));
    }

    [Fact]
    public async Task Audio_is_found_after_video_and_after_undecodable_audio()
    {
        await using var server = new FakeRtspServer();
        server.Sdp = Session
            + "a=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
            + "m=audio 0 RTP/AVP 98\r\na=rtpmap:98 MPEG4-GENERIC/48000/2\r\na=control:track2\r\n"
            + "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/44100/2\r\na=control:track3\r\n";

        await using RtspReceiver receiver = await PlayAsync(server, RtspTransport.Tcp);

        Assert.Equal("L16", receiver.Payload.EncodingName);
        Assert.Equal([$"{server.Url}/track3"], server.Requests.Where(r => r.Method == RtspMethod.Setup).Select(r => r.Uri));
    }

    [Fact]
    public async Task A_well_known_payload_type_needs_no_rtpmap()
    {
        await using var server = new FakeRtspServer { Sdp = Session + "m=audio 0 RTP/AVP 0\r\na=control:audio\r\n" };

        await using RtspReceiver receiver = await PlayAsync(server, RtspTransport.Tcp);

        Assert.Equal("PCMU", receiver.Payload.EncodingName);
        Assert.Equal(8000, receiver.Payload.ClockRate);
        Assert.Equal(0, receiver.PayloadType);
    }

    [Fact]
    public async Task If_nothing_can_be_played_the_error_lists_the_offers()
    {
        await using var server = new FakeRtspServer
        {
            Sdp = Session
                + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 0 RTP/AVP 98\r\na=rtpmap:98 MPEG4-GENERIC/48000/2\r\n",
        };

        RtspException e = await FailAsync(server);

        Assert.Contains("video H264/90000/1, audio MPEG4-GENERIC/48000/2", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsFinal);
    }

    [Fact]
    public async Task A_redirect_is_followed()
    {
        await using var server = new FakeRtspServer();
        await using var before = new FakeRtspServer();
        before.Script = (_, request) => Redirect(request, server.Url);

        await PlayAsync(before, RtspTransport.Tcp);

        Assert.Equal([RtspMethod.Options, RtspMethod.Describe], before.Methods);
        Assert.Equal(server.Url, UriOf(server, RtspMethod.Describe));
    }

    [Fact]
    public async Task A_redirect_from_outside_to_an_inner_address_is_not_followed()
    {
        await using var server = new FakeRtspServer();
        await using var between = new FakeRtspServer { Script = (_, request) => Redirect(request, server.Url) };
        await using var before =
            new FakeRtspServer
            {
                Script =
                (_, request) => Redirect(request, between.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal))
            };

        // The second look-up is that of the second server, which counts as outside.
        int looks = 0;
        var options = new RtspReceiverOptions
        {
            Address = before.Address,
            Transport = RtspTransport.Tcp,
            SideOf = _ => ++looks == 2 ? NetworkSide.Outer : NetworkSide.Inner,
        };
        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(
            () => RtspReceiver.ConnectAsync(
                options, TimeProvider.System, new Random(1), NullLogger.Instance, TestContext.Current.CancellationToken));

        Assert.Contains("points to 127.0.0.1, an address within this network", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(between.Requests);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Other_hosts_in_a_description_are_not_connected_to()
    {
        await using var other = new FakeRtspServer();
        await using var server = new FakeRtspServer();
        server.Sdp = server.Sdp.Replace("track1", other.Url, StringComparison.Ordinal)
            .Replace("t=0 0", "c=IN IP4 127.0.0.9\r\nt=0 0", StringComparison.Ordinal);
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Describe ? server.Answer(connection, request) : null;
            answer?.Headers.Add(RtspHeaderNames.ContentBase, other.Url);
            return answer;
        };

        await PlayAsync(server, RtspTransport.Tcp);

        Assert.Contains(RtspMethod.Play, server.Methods);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task An_endless_redirect_and_one_to_another_protocol_are_refused()
    {
        await using var circle = new FakeRtspServer();
        circle.Script = (_, request) => Redirect(request, circle.Url);
        await using var elsewhere = new FakeRtspServer { Script = (_, request) => Redirect(request, "http://example.com/song") };

        Assert.Contains("redirects more than 3 times", (await FailAsync(circle)).Message, StringComparison.Ordinal);
        Assert.Contains("http://example.com/song", (await FailAsync(elsewhere)).Message, StringComparison.Ordinal);
        Assert.Equal(4, circle.Methods.Count(method => method == RtspMethod.Describe));
    }

    [Fact]
    public async Task If_UDP_is_refused_packets_are_received_over_TCP()
    {
        await using var server = new FakeRtspServer { RefusesUdp = true };

        await using RtspReceiver receiver = await PlayAsync(server, RtspTransport.Auto);

        Assert.True(receiver.IsTcp);
    }

    [Fact]
    public async Task If_UDP_is_refused_and_required_the_error_says_what_to_do()
    {
        await using var server = new FakeRtspServer { RefusesUdp = true };

        RtspException e = await FailAsync(server, RtspTransport.Udp);

        Assert.EndsWith("does not send over UDP: let the transport be chosen.", e.Message, StringComparison.Ordinal);
        Assert.Equal(new SettingAdvice("PlayerOptions.Transport", "auto"), e.Advice);
        Assert.True(e.IsFinal);
    }

    [Theory]
    [InlineData(RtspTransport.Auto)]
    [InlineData(RtspTransport.Tcp)]
    public async Task A_failed_transport_is_retried_if_the_next_attempt_may_use_another(RtspTransport transport)
    {
        await using var server = new FakeRtspServer
        {
            Script = static (_, request) => request.Method == RtspMethod.Setup ? request.Answer(RtspStatus.UnsupportedTransport) : null,
        };

        Assert.False((await FailAsync(server, transport)).IsFinal);
    }

    [Theory]
    [InlineData(RtspMethod.Describe, "")]
    [InlineData(RtspMethod.Describe, "This server makes no renditions on demand.")]
    [InlineData(RtspMethod.Setup, "")]
    public async Task A_final_refusal_is_not_retried(string method, string words)
    {
        await using var server = new FakeRtspServer();
        server.Script = (_, request) =>
        {
            RtspResponse? answer = request.Method == method ? request.Answer(RtspStatus.Forbidden) : null;
            if (answer is not null && words.Length > 0)
            {
                answer.Headers.Add(RtspHeaderNames.ContentType, "text/plain");
                answer.Body = System.Text.Encoding.UTF8.GetBytes(words);
            }

            return answer;
        };

        RtspException e = await FailAsync(server);

        Assert.True(e.IsFinal);
        Assert.Contains(words.Length > 0 ? words : "403", e.Message, StringComparison.Ordinal);
    }

    private static RtspResponse? Redirect(RtspRequest request, string location)
    {
        RtspResponse? answer = request.Method == RtspMethod.Describe ? request.Answer(RtspStatus.MovedTemporarily) : null;
        answer?.Headers.Add(RtspHeaderNames.Location, location);
        return answer;
    }

    private static string UriOf(FakeRtspServer server, string method) => server.Requests.First(request => request.Method == method).Uri;

    private static async Task<RtspException> FailAsync(FakeRtspServer server, RtspTransport transport = RtspTransport.Auto) =>
        await Assert.ThrowsAsync<RtspException>(() => RtspClients.ConnectAsync(server, transport));

    // Connects, stops just before the stream starts, and disconnects.
    private async Task<RtspReceiver> PlayAsync(FakeRtspServer server, RtspTransport transport)
    {
        RtspReceiver receiver = await RtspClients.ConnectAsync(server, transport);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);

        await _sink.Started.Task.WaitAsync(TestContext.Current.CancellationToken);
        await RtspClients.StopAsync(stop, hearing);
        await receiver.DisposeAsync();
        return receiver;
    }
}
