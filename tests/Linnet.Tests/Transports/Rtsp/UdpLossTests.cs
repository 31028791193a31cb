using Linnet.Audio;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>What a receiver does when audio stops arriving over UDP although the server answers.</summary>
public sealed class UdpLossTests
{
    // As on a real machine: a response takes less than a step.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly FakeRtpSender _sender = new(new AudioFormat(8000, 1));
    private readonly RecordingSink _sink = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _logger = new();
    private long _sent;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_sets_up_again_over_UDP_then_over_TCP_and_plays_within_ten_seconds(bool tellsSent)
    {
        await using FakeRtspServer server = Serve(tellsSent);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await HearAsync(await server.PlayingAsync(), isTcp: false);
        Assert.Null(receiver.Awaits);

        // From here on nothing arrives, though the server sends.
        long lostAt = _time.GetTimestamp();
        FakeRtspConnection second = await PlayingAsync(server, sends: true);
        Assert.InRange(_time.GetElapsedTime(lostAt), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        Assert.Contains("setting up again", receiver.Awaits, StringComparison.Ordinal);
        FakeRtspConnection third = await PlayingAsync(server, sends: true);
        await HearAsync(third, isTcp: true);

        Assert.InRange(_time.GetElapsedTime(lostAt), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
        Assert.True(receiver.IsTcp);
        await Until.TrueAsync(() => receiver.Awaits is null);
        Assert.Equal(["740", "741", "743"], _logger.Lines.Select(line => line[..3]));
        Assert.Equal(["UDP", "UDP", "TCP"], Transports(server));
        Assert.NotSame(second, third);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task If_audio_arrives_over_UDP_again_UDP_is_kept()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await HearAsync(await server.PlayingAsync(), isTcp: false);

        await HearAsync(await PlayingAsync(server, sends: true), isTcp: false);

        await Until.TrueAsync(() => receiver.Awaits is null);
        Assert.False(receiver.IsTcp);
        Assert.True(receiver.WasHeardOverUdp);
        Assert.Equal(["740", "743"], _logger.Lines.Select(line => line[..3]));
        Assert.Equal(1, server.Methods.Count(method => method == RtspMethod.Teardown));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task If_nothing_ever_arrives_over_UDP_it_switches_to_TCP_and_logs_that()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await server.PlayingAsync();
        await HearAsync(await PlayingAsync(server, sends: true), isTcp: true);

        await Until.TrueAsync(() => receiver.Awaits is null);
        Assert.Equal(["UDP", "TCP"], Transports(server));
        Assert.Collection(
            _logger.Lines,
            static line => Assert.Contains("switching to TCP", line, StringComparison.Ordinal),
            static line => Assert.StartsWith("743", line, StringComparison.Ordinal));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task After_repeated_losses_UDP_is_given_up()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await HearAsync(await server.PlayingAsync(), isTcp: false);
        for (int loss = 1; loss < UdpWay.MaxLosses; loss++)
        {
            await HearAsync(await PlayingAsync(server, sends: true), isTcp: false);
        }

        await HearAsync(await PlayingAsync(server, sends: true), isTcp: true);

        Assert.Equal(["UDP", "UDP", "UDP", "TCP"], Transports(server));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task If_only_UDP_is_allowed_it_retries_at_growing_intervals()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Udp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await HearAsync(await server.PlayingAsync(), isTcp: false);
        var times = new List<TimeSpan>();
        for (int i = 0; i < 5; i++)
        {
            long since = _time.GetTimestamp();
            await PlayingAsync(server, sends: true);
            times.Add(_time.GetElapsedTime(since));
        }

        Assert.InRange(times[0], TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
        Assert.InRange(times[1], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        Assert.True(times[2] > times[1] && times[3] > times[2], string.Join(", ", times));

        // A wait of ten seconds for the first packet, and a pause of two.
        Assert.InRange(times[4], TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(20));
        Assert.DoesNotContain("TCP", Transports(server));
        Assert.Contains(_logger.Lines, line => line.StartsWith("742 ", StringComparison.Ordinal));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_silent_station_of_our_server_is_waited_for()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        await HearAsync(connection, isTcp: false);

        await AdvanceAsync(TimeSpan.FromSeconds(60), sends: false);

        Assert.Equal(["UDP"], Transports(server));
        Assert.Empty(_logger.Lines);
        Assert.InRange(server.Methods.Count(method => method == RtspMethod.GetParameter), 20, 200);
        await HearAsync(connection, isTcp: false);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_packet_between_the_two_questions_does_not_make_later_silence_a_loss()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        await HearAsync(connection, isTcp: false);

        // It pauses, is asked for the first time, sends one more packet, and pauses again.
        await AdvanceUntilAsync(() => Asked(server) == 1, sends: false);
        await HearAsync(connection, isTcp: false);
        await AdvanceAsync(TimeSpan.FromSeconds(30), sends: false);

        Assert.Equal(["UDP"], Transports(server));
        Assert.Empty(_logger.Lines);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_packet_sent_just_before_the_response_may_still_be_on_its_way()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        Func<FakeRtspConnection, RtspRequest, RtspResponse?> script = server.Script;
        server.Script = (connection, request) =>
        {
            // Just before the second question it has sent a packet.
            _sent += SentFeature.IsAskedBy(request) && Asked(server) == 2 ? 1 : 0;
            return script(connection, request);
        };
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        await HearAsync(connection, isTcp: false);
        await AdvanceUntilAsync(() => Asked(server) == 2, sends: false);
        await HearAsync(connection, isTcp: false);
        await AdvanceAsync(TimeSpan.FromSeconds(1), sends: false);

        Assert.Equal(["UDP"], Transports(server));
        Assert.Empty(_logger.Lines);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_station_with_another_format_after_a_new_setup_is_a_loss()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        await HearAsync(await server.PlayingAsync(), isTcp: false);
        server.Sdp = server.Sdp.Replace("L16/8000/1", "L16/16000/1", StringComparison.Ordinal);

        await AdvanceUntilAsync(() => hearing.IsCompleted, sends: true);

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Contains("has changed the format", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsFinal);
    }

    [Fact]
    public async Task A_station_that_continues_unheard_after_a_pause_is_noticed_as_quickly()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await HearAsync(await server.PlayingAsync(), isTcp: false);
        await AdvanceAsync(TimeSpan.FromSeconds(10), sends: false);
        Assert.Empty(_logger.Lines);

        // Two packets a second, none of which arrives.
        long since = _time.GetTimestamp();
        Task<FakeRtspConnection> again = server.PlayingAsync().AsTask();
        int steps = 0;
        await Until.TrueAsync(() =>
        {
            if (!again.IsCompleted)
            {
                _sent += ++steps % 50 == 0 ? 1 : 0;
                _time.Advance(Step);
            }

            return again.IsCompleted;
        });

        Assert.InRange(_time.GetElapsedTime(since), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(4));
        Assert.Equal(["740"], _logger.Lines.Select(line => line[..3]));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_either_is_lost_within_a_few_seconds()
    {
        await using FakeRtspServer server = Serve(tellsSent: true);
        bool answers = true;
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                if (Volatile.Read(ref answers))
                {
                    await connection.SendAsync(server.Script(connection, request) ?? server.Answer(connection, request));
                }

                if (request.Method == RtspMethod.Play)
                {
                    connection.SendRtp(_sender.Next(160));
                }
            }
        };
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        await _sink.PacketAsync();
        Volatile.Write(ref answers, false);

        long since = _time.GetTimestamp();
        await AdvanceUntilAsync(() => hearing.IsCompleted, sends: true);

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.False(e.IsFinal);
        Assert.InRange(_time.GetElapsedTime(since), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Silence_over_TCP_is_not_a_loss()
    {
        await using FakeRtspServer server = Serve(tellsSent: false);
        server.RefusesUdp = true;
        await using RtspReceiver receiver = await ConnectAsync(server, RtspTransport.Auto);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        await HearAsync(connection, isTcp: true);

        await AdvanceAsync(TimeSpan.FromSeconds(20), sends: false);

        await HearAsync(connection, isTcp: true);
        Assert.Empty(_logger.Lines);
        await RtspClients.StopAsync(stop, hearing);
    }

    // A server that may support the question how much it has sent, like ours.
    private FakeRtspServer Serve(bool tellsSent)
    {
        var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer =
                tellsSent && request.Method is RtspMethod.Setup or RtspMethod.GetParameter ? server.Answer(connection, request) : null;
            if (request.Method == RtspMethod.Setup)
            {
                answer?.Headers.Add(RtspHeaderNames.Supported, SentFeature.Tag);
            }
            else if (answer is not null && SentFeature.IsAskedBy(request))
            {
                SentFeature.Tell(answer, Volatile.Read(ref _sent));
            }

            return answer;
        };
        return server;
    }

    private Task<RtspReceiver> ConnectAsync(FakeRtspServer server, RtspTransport transport) => RtspReceiver.ConnectAsync(
        new RtspReceiverOptions { Address = server.Address, Transport = transport }, _time, new Random(1), _logger, Cancelled);

    private async Task HearAsync(FakeRtspConnection connection, bool isTcp)
    {
        byte[] packet = _sender.Next(160);
        _sent++;
        if (isTcp)
        {
            await connection.SendPacketAsync(0, packet);
        }
        else
        {
            connection.SendRtp(packet);
        }

        Assert.Equal(packet, await _sink.PacketAsync());
    }

    private async Task<FakeRtspConnection> PlayingAsync(FakeRtspServer server, bool sends)
    {
        Task<FakeRtspConnection> playing = server.PlayingAsync().AsTask();
        await AdvanceUntilAsync(() => playing.IsCompleted, sends);
        return await playing;
    }

    private async Task AdvanceAsync(TimeSpan span, bool sends)
    {
        long since = _time.GetTimestamp();
        await AdvanceUntilAsync(() => _time.GetElapsedTime(since) >= span, sends, TimeSpan.FromMilliseconds(50));
    }

    private Task AdvanceUntilAsync(Func<bool> condition, bool sends, TimeSpan? step = null) => Until.TrueAsync(() =>
    {
        if (!condition())
        {
            _sent += sends ? 1 : 0;
            _time.Advance(step ?? Step);
        }

        return condition();
    });

    private static int Asked(FakeRtspServer server) => server.Requests.Count(SentFeature.IsAskedBy);

    private static IEnumerable<string> Transports(FakeRtspServer server) => server.Requests
        .Where(request => request.Method == RtspMethod.Setup)
        .Select(request => request.Headers[RtspHeaderNames.Transport]!.Contains("TCP", StringComparison.Ordinal) ? "TCP" : "UDP");
}
