using System.Net;
using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>The client against servers that do as they please, over real sockets of the loopback interface.</summary>
public sealed class RtspReceiverTests
{
    private const string Audio = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/8000/1\r\n";
    private const string Session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    private readonly FakeRtpSender _sender = new(new AudioFormat(8000, 1));
    private readonly RecordingSink _sink = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null, "track1", "{url}/track1", "{url}")]
    [InlineData("{url}/", null, "track1", "{url}/track1", "{url}/")]
    [InlineData("rtsp://other.example/live/", null, "streamid=0", "rtsp://other.example/live/streamid=0", "rtsp://other.example/live/")]
    [InlineData(null, "rtsp://other.example/live", "streamid=0", "rtsp://other.example/live/streamid=0", "rtsp://other.example/live")]
    [InlineData("{url}/", null, "rtsp://other.example/x/track7", "rtsp://other.example/x/track7", "{url}/")]
    [InlineData("{url}/", null, "*", "{url}/", "{url}/")]
    [InlineData("{url}/", null, null, "{url}/", "{url}/")]
    [InlineData("/song/", null, "track1", "{url}/track1", "{url}")]
    public async Task The_track_is_set_up_where_the_description_says(
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
    public async Task Sound_is_found_behind_video_and_behind_sound_that_cannot_be_decoded()
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
    public async Task A_payload_type_that_everybody_knows_needs_no_rtpmap()
    {
        await using var server = new FakeRtspServer { Sdp = Session + "m=audio 0 RTP/AVP 0\r\na=control:audio\r\n" };

        await using RtspReceiver receiver = await PlayAsync(server, RtspTransport.Tcp);

        Assert.Equal("PCMU", receiver.Payload.EncodingName);
        Assert.Equal(8000, receiver.Payload.ClockRate);
        Assert.Equal(0, receiver.PayloadType);
    }

    [Fact]
    public async Task What_is_offered_is_listed_when_nothing_of_it_can_be_played()
    {
        await using var server = new FakeRtspServer
        {
            Sdp = Session + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 0 RTP/AVP 98\r\na=rtpmap:98 MPEG4-GENERIC/48000/2\r\n",
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
    public async Task A_redirect_without_end_or_to_another_protocol_is_refused()
    {
        await using var circle = new FakeRtspServer();
        circle.Script = (_, request) => Redirect(request, circle.Url);
        await using var elsewhere = new FakeRtspServer { Script = (_, request) => Redirect(request, "http://example.com/song") };

        Assert.Contains("no end", (await FailAsync(circle)).Message, StringComparison.Ordinal);
        Assert.Contains("http://example.com/song", (await FailAsync(elsewhere)).Message, StringComparison.Ordinal);
        Assert.Equal(4, circle.Methods.Count(method => method == RtspMethod.Describe));
    }

    [Fact]
    public async Task Where_UDP_is_refused_packets_come_in_the_connection()
    {
        await using var server = new FakeRtspServer { RefusesUdp = true };

        await using RtspReceiver receiver = await PlayAsync(server, RtspTransport.Auto);

        Assert.True(receiver.IsTcp);
    }

    [Fact]
    public async Task Where_UDP_is_refused_and_insisted_on_the_error_says_what_to_do()
    {
        await using var server = new FakeRtspServer { RefusesUdp = true };

        RtspException e = await FailAsync(server, RtspTransport.Udp);

        Assert.Contains("--transport auto", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_arrives_over_UDP_packets_come_in_the_connection()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto, time);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        await server.PlayingAsync();

        await time.FireAsync(TimeSpan.FromSeconds(2));
        FakeRtspConnection second = await server.PlayingAsync();
        byte[] packet = _sender.Next(160);
        await second.SendPacketAsync(0, packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        Assert.True(receiver.IsTcp);
        Assert.Equal(1, server.Methods.Count(method => method == RtspMethod.Teardown));
        await StopAsync(stop, hearing);
    }

    [Fact]
    public async Task Packets_are_taken_from_the_channels_that_the_server_chose()
    {
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Setup ? server.Answer(connection, request) : null;
            answer?.Headers[RtspHeaderNames.Transport] = "RTP/AVP/TCP;unicast;interleaved=6-9";
            return answer;
        };
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        await connection.SendPacketAsync(0, _sender.Next(80));
        byte[] packet = _sender.Next(160);
        await connection.SendPacketAsync(9, Goodbye(7));
        await connection.SendPacketAsync(6, packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        Assert.Equal([7u], _sink.Goodbyes);
        await StopAsync(stop, hearing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Answers_and_packets_may_arrive_in_pieces_of_any_size(int size)
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        byte[] first = _sender.Next(40);
        byte[] second = _sender.Next(40);
        byte[] ask = new RtspRequest(RtspMethod.Options, "*") { CSeq = 1 }.ToArray();
        byte[] all = [.. FakeRtspConnection.Frame(0, first), .. ask, .. FakeRtspConnection.Frame(0, second)];
        foreach (byte[] piece in all.Chunk(size))
        {
            await connection.SendAsync(piece);
        }

        Assert.Equal(first, await _sink.PacketAsync());
        Assert.Equal(second, await _sink.PacketAsync());
        await StopAsync(stop, hearing);
    }

    [Fact]
    public async Task Nobody_but_the_server_is_listened_to()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Udp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));

        string? transport = server.Requests.First(request => request.Method == RtspMethod.Setup).Headers[RtspHeaderNames.Transport];
        Assert.True(TransportHeader.TryParse(transport, out IReadOnlyList<TransportSpec>? specs));
        stranger.SendTo(_sender.Next(80), new IPEndPoint(IPAddress.Loopback, specs[0].ClientPort!.Value.Rtp));
        byte[] packet = _sender.Next(160);
        connection.SendRtp(packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        await StopAsync(stop, hearing);
    }

    [Fact]
    public async Task The_server_hears_of_us_at_half_of_its_time_out()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Setup ? server.Answer(connection, request) : null;
            answer?.Headers[RtspHeaderNames.Session] = "abc;timeout=7";
            return answer;
        };
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Tcp, time);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        await server.PlayingAsync();

        await time.FireAsync(TimeSpan.FromSeconds(3.5));
        await time.FireAsync(TimeSpan.FromSeconds(3.5));

        RtspRequest[] awake = [.. server.Requests.Where(request => request.Method == RtspMethod.GetParameter)];
        Assert.Equal("abc", Assert.Single(awake).Headers[RtspHeaderNames.Session]);
        await StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_server_that_falls_silent_and_does_not_answer_is_gone()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        var asked = new TaskCompletionSource();
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                if (request.Method == RtspMethod.GetParameter)
                {
                    asked.SetResult();
                    continue;
                }

                await connection.SendAsync(server.Answer(connection, request));
            }
        };
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Tcp, time);
        Task hearing = receiver.RunAsync(_sink.Sink, Cancelled);

        await time.FireAsync(TimeSpan.FromSeconds(5));
        await asked.Task;
        await time.FireAsync(TimeSpan.FromSeconds(10));

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Contains("did not answer GET_PARAMETER within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task What_was_heard_is_reported_to_the_sender(RtspTransport transport)
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server, transport, time);
        _sink.Report = new ReportBlock(0xAABB, 1, 2, 3, 4, 5, 6);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        // Half of five seconds, by lot: RFC 3550 §6.3.1.
        await time.FireAsync(TimeSpan.FromSeconds(1.02), TimeSpan.FromSeconds(3.08));

        RtcpCompound? compound;
        do
        {
            byte[] datagram = transport is RtspTransport.Udp ? await connection.ReceiveRtcpAsync() : await InterleavedAsync(connection);
            Assert.True(RtcpCompound.TryParse(datagram, out compound));
        }
        while (compound.Packets is not [ReceiverReport { Blocks.Count: 1 }, SourceDescription]);

        Assert.Equal(_sink.Report, ((ReceiverReport)compound.Packets[0]).Blocks[0]);
        await StopAsync(stop, hearing);
    }

    [Fact]
    public async Task The_server_is_told_when_we_leave()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        await StopAsync(stop, hearing);

        Assert.Equal(RtspMethod.Teardown, server.Methods.Last());
        Assert.Equal("4711", server.Requests.Last().Headers[RtspHeaderNames.Session]);
        Assert.True(RtcpCompound.TryParse(connection.Packets.Last().Packet, out RtcpCompound? goodbye));
        Assert.IsType<Goodbye>(goodbye.Packets[^1]);
    }

    [Fact]
    public async Task The_stream_starts_where_RTP_Info_says_of_our_track()
    {
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Play ? server.Answer(connection, request) : null;
            answer?.Headers.Add(RtspHeaderNames.RtpInfo, $"url={server.Url}/video;seq=1;rtptime=2,url={server.Url}/track1;seq=300;rtptime=4000");
            return answer;
        };
        await PlayAsync(server, RtspTransport.Tcp);

        Assert.Equal([((ushort?)300, (uint?)4000)], _sink.Starts);
    }

    [Fact]
    public async Task A_connection_that_closes_after_the_goodbye_is_the_end_and_without_it_a_loss()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Tcp);
        Task hearing = receiver.RunAsync(_sink.Sink, Cancelled);
        FakeRtspConnection connection = await server.PlayingAsync();
        await connection.SendPacketAsync(0, _sender.Next(160));
        await connection.SendPacketAsync(1, Goodbye(_sender.Ssrc));
        connection.Close();
        await hearing;

        await using RtspReceiver other = await ConnectAsync(server, RtspTransport.Tcp);
        hearing = other.RunAsync(_sink.Sink, Cancelled);
        (await server.PlayingAsync()).Close();

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Contains("is gone", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsFinal);
    }

    private static RtspResponse? Redirect(RtspRequest request, string location)
    {
        RtspResponse? answer = request.Method == RtspMethod.Describe ? request.Answer(RtspStatus.MovedTemporarily) : null;
        answer?.Headers.Add(RtspHeaderNames.Location, location);
        return answer;
    }

    private static byte[] Goodbye(uint ssrc)
    {
        byte[] datagram = new byte[256];
        return datagram[..RtcpCompound.Write(datagram, new ReceiverReport(ssrc), new Goodbye([ssrc]))];
    }

    private static async Task<byte[]> InterleavedAsync(FakeRtspConnection connection)
    {
        (byte Channel, byte[] Packet) packet;
        while (!connection.Packets.TryDequeue(out packet))
        {
            await Task.Yield();
        }

        Assert.Equal(1, packet.Channel);
        return packet.Packet;
    }

    private static string UriOf(FakeRtspServer server, string method) => server.Requests.First(request => request.Method == method).Uri;

    private static Task<RtspReceiver> ConnectAsync(FakeRtspServer server, RtspTransport transport, TimeProvider? time = null) =>
        RtspReceiver.ConnectAsync(
            new RtspReceiverOptions { Address = server.Address, Transport = transport }, time ?? TimeProvider.System, new Random(1), Cancelled);

    private static async Task<RtspException> FailAsync(FakeRtspServer server, RtspTransport transport = RtspTransport.Auto) =>
        await Assert.ThrowsAsync<RtspException>(() => ConnectAsync(server, transport));

    private static async Task StopAsync(CancellationTokenSource stop, Task hearing)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hearing);
    }

    // Connects, plays until the stream is about to begin, and leaves.
    private async Task<RtspReceiver> PlayAsync(FakeRtspServer server, RtspTransport transport)
    {
        RtspReceiver receiver = await ConnectAsync(server, transport);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink.Sink, stop.Token);

        await _sink.Started.Task.WaitAsync(Cancelled);
        await StopAsync(stop, hearing);
        await receiver.DisposeAsync();
        return receiver;
    }
}
