using System.Net;
using System.Net.Sockets;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Servers with a back channel, with unusual addresses and ports, and with connections that end early.</summary>
public sealed class RtspCameraTests
{
    private const string Session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_closes_after_OPTIONS_is_asked_again_without_it(bool answers)
    {
        await using var server = new FakeRtspServer();
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                server.Requests.Enqueue(request);
                bool isOptions = request.Method == RtspMethod.Options;
                if (answers || !isOptions)
                {
                    await connection.SendAsync(server.Answer(connection, request));
                }

                if (isOptions)
                {
                    return;
                }
            }
        };

        await using RtspReceiver receiver =
            await ConnectAsync(new RtspReceiverOptions { Address = server.Address, Transport = RtspTransport.Tcp });

        Assert.Equal("L16", receiver.Payload.EncodingName);
        Assert.Equal(1, server.Methods.Count(m => m == RtspMethod.Options));
    }

    [Fact]
    public async Task A_response_may_have_a_hundred_headers_and_one_of_six_kilobytes()
    {
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse answer = server.Answer(connection, request);
            for (int i = 0; i < 100; i++)
            {
                answer.Headers.Add($"X-{i}", new string('x', 100));
            }

            answer.Headers.Add("X-Long", new string('x', 6 * 1024));
            return answer;
        };

        await using RtspReceiver receiver =
            await ConnectAsync(new RtspReceiverOptions { Address = server.Address, Transport = RtspTransport.Tcp });

        Assert.Equal("L16", receiver.Payload.EncodingName);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Without_a_port_Linnets_default_is_tried_first_and_then_that_of_RTSP(int at)
    {
        await using var server = new FakeRtspServer();
        int[] ports = [FreePort(), FreePort()];
        ports[at] = server.Port;
        RtspReceiverOptions options = WithoutPort(ports);

        await using RtspReceiver receiver = await ConnectAsync(options);

        Assert.StartsWith($"rtsp://127.0.0.1:{server.Port}/song", server.Requests.First().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_that_was_found_is_kept_for_reconnecting()
    {
        await using var server = new FakeRtspServer();
        await using var other = new FakeRtspServer { Script = static (_, request) => request.Answer(RtspStatus.Unauthorized) };
        int[] ports = [FreePort(), server.Port];
        await using RtspReceiver receiver =
            await ConnectAsync(WithoutPort(ports) with { Transport = RtspTransport.Auto, UdpPatience = TimeSpan.FromMilliseconds(100) });

        // Another server, which requires a login, has started on the first port.
        ports[0] = other.Port;
        using var stop = new CancellationTokenSource();

        // Nothing arrives over UDP, so it connects again.
        Task hearing = receiver.RunAsync(new RecordingSink(), stop.Token);
        await server.PlayingAsync();
        Task<FakeRtspConnection> second = server.PlayingAsync().AsTask();
        Assert.Same(second, await Task.WhenAny(hearing, second));

        Assert.Empty(other.Requests);
        Assert.Equal(server.Port, receiver.Address.Port);
        Assert.True(receiver.Address.HasPort);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task The_port_that_was_found_is_kept_even_after_a_redirect()
    {
        await using var elsewhere = new FakeRtspServer();
        await using var server = new FakeRtspServer();
        server.Script = (_, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Describe ? request.Answer(RtspStatus.MovedTemporarily) : null;
            answer?.Headers.Add(RtspHeaderNames.Location, elsewhere.Url);
            return answer;
        };

        await using RtspReceiver receiver = await ConnectAsync(WithoutPort([FreePort(), server.Port]));

        Assert.Equal(server.Url, receiver.Address.ToString());
        Assert.Single(elsewhere.Methods, RtspMethod.Describe);
    }

    [Fact]
    public async Task If_no_port_answers_the_error_names_both()
    {
        int[] ports = [FreePort(), FreePort()];

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => ConnectAsync(WithoutPort(ports)));

        Assert.Contains($"at 127.0.0.1, neither at port {ports[0]} nor at {ports[1]}: is it running?", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsFinal);
    }

    [Fact]
    public void The_default_ports_are_those_of_Linnet_and_RTSP() =>
        Assert.Equal([8554, 554], new RtspReceiverOptions { Address = WithoutPort([]).Address }.UsualPorts);

    [Theory]
    [InlineData("/live/trackID=1", "{root}/live/trackID=1")]
    [InlineData("//other.example/track", "rtsp://other.example/track")]
    public async Task A_control_URI_that_starts_with_a_slash_is_resolved_against_the_server(string control, string setup)
    {
        await using var server = new FakeRtspServer { Sdp = Session + $"m=audio 0 RTP/AVP 0\r\na=control:{control}\r\n" };

        await using RtspReceiver receiver =
            await ConnectAsync(new RtspReceiverOptions { Address = server.Address, Transport = RtspTransport.Tcp });

        Assert.Equal(setup.Replace("{root}", $"rtsp://127.0.0.1:{server.Port}", StringComparison.Ordinal),
            server.Requests.Single(r => r.Method == RtspMethod.Setup).Uri);
    }

    [Fact]
    public async Task If_that_fails_it_is_appended_to_the_stations_address()
    {
        await using var server = new FakeRtspServer { Sdp = Session + "m=audio 0 RTP/AVP 0\r\na=control:/trackID=1\r\n" };
        server.Script = (_, request) =>
            request.Method == RtspMethod.Setup && !request.Uri.EndsWith("/song/trackID=1", StringComparison.Ordinal)
                ? request.Answer(RtspStatus.NotFound) : null;

        await using RtspReceiver receiver =
            await ConnectAsync(new RtspReceiverOptions { Address = server.Address, Transport = RtspTransport.Tcp });

        Assert.Equal(2, server.Methods.Count(m => m == RtspMethod.Setup));
    }

    [Fact]
    public async Task Several_sections_are_tried_until_one_gives_audio_which_is_kept()
    {
        await using var server = new FakeRtspServer
        {
            Sdp = Session + "m=audio 0 RTP/AVP 0\r\na=control:back\r\na=sendonly\r\nm=audio 0 RTP/AVP 8\r\na=control:mic\r\na=recvonly\r\n",
        };
        var options =
            new RtspReceiverOptions
            {
                Address = server.Address,
                Transport = RtspTransport.Tcp,
                SectionPatience = TimeSpan.FromMilliseconds(100)
            };
        var sink = new RecordingSink();

        // Both are silent.
        foreach (string track in (string[])["mic", "back"])
        {
            await using RtspReceiver silent = await ConnectAsync(options);
            RtspException e = await Assert.ThrowsAsync<RtspException>(
                () => silent.RunAsync(sink, Cancelled).WaitAsync(HangLimit, Cancelled));
            Assert.True(e.IsSilentSection);
            Assert.EndsWith($"/song/{track}", server.Requests.Last(r => r.Method == RtspMethod.Setup).Uri, StringComparison.Ordinal);
            Assert.Equal(track == "mic" ? "PCMA" : "PCMU", silent.Payload.EncodingName);
            await server.PlayingAsync();
        }

        // Then the first is kept.
        await using RtspReceiver receiver = await ConnectAsync(options);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        await Task.WhenAny(hearing, Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, Cancelled));
        Assert.False(hearing.IsCompleted);
        await connection.SendPacketAsync(0, new FakeRtpSender(new Linnet.Audio.AudioFormat(8000, 1)).Next(160));
        await sink.PacketAsync();
        await RtspClients.StopAsync(stop, hearing);
        Assert.EndsWith("/song/mic", server.Requests.Last(r => r.Method == RtspMethod.Setup).Uri, StringComparison.Ordinal);
        Assert.False(options.Sections.MayGoOn(2));
    }

    [Theory]
    [InlineData(2, false, true)]
    [InlineData(2, true, false)]
    [InlineData(1, false, false)]
    public async Task A_section_has_three_seconds_to_start_if_there_is_another(int count, bool speaks, bool ends)
    {
        await using var server = new FakeRtspServer
        {
            Sdp = Session + string.Concat(Enumerable.Range(0, count).Select(static i => $"m=audio 0 RTP/AVP 0\r\na=control:{i}\r\n")),
        };
        var options = new RtspReceiverOptions { Address = server.Address, Transport = RtspTransport.Tcp };
        await using RtspSession session = await RtspSession.OpenAsync(options, TimeProvider.System, Cancelled);
        var time = new FakeTimeProvider();
        var watch = new SectionWatch(options, time, NullLogger.Instance);
        Linnet.Receive.IRtpSink sink = watch.Watch(new RecordingSink());
        using var stop = new CancellationTokenSource();
        Task watching = watch.RunAsync(session, stop.Token);

        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(watching.IsCompleted);
        if (speaks)
        {
            sink.OnRtp(new FakeRtpSender(new Linnet.Audio.AudioFormat(8000, 1)).Next(160), time.GetTimestamp());
        }

        time.Advance(TimeSpan.FromSeconds(0.2));

        if (ends)
        {
            Assert.True((await Assert.ThrowsAsync<RtspException>(() => watching.WaitAsync(HangLimit, Cancelled))).IsSilentSection);
        }
        else
        {
            Assert.False(watching.IsCompleted);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        }

        // A section that gave audio is no longer left for another.
        Assert.Equal(!speaks, options.Sections.MayGoOn(2));
    }

    [Fact]
    public async Task A_section_that_gave_audio_may_be_silent_later()
    {
        await using var server = new FakeRtspServer
        {
            Sdp = Session + "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/8000/1\r\na=control:mic\r\nm=audio 0 RTP/AVP 8\r\na=control:other\r\n",
        };
        var options =
            new RtspReceiverOptions
            {
                Address = server.Address,
                Transport = RtspTransport.Tcp,
                SectionPatience = TimeSpan.FromMilliseconds(100)
            };
        options.Sections.OnSound();
        await using RtspReceiver receiver = await ConnectAsync(options);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(new RecordingSink(), stop.Token);
        await server.PlayingAsync();

        await Task.WhenAny(hearing, Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, Cancelled));

        Assert.False(hearing.IsCompleted);
        await RtspClients.StopAsync(stop, hearing);
    }

    private static RtspReceiverOptions WithoutPort(int[] ports)
    {
        Assert.True(RtspUri.TryParse("rtsp://127.0.0.1/song", out RtspUri? address));
        return new RtspReceiverOptions { Address = address, Transport = RtspTransport.Tcp, UsualPorts = ports };
    }

    private static int FreePort()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    private static Task<RtspReceiver> ConnectAsync(RtspReceiverOptions options) =>
        RtspReceiver.ConnectAsync(options, TimeProvider.System, new Random(1), NullLogger.Instance, Cancelled);
}
