using System.Net;
using System.Net.Sockets;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Playback;

/// <summary>A player that waits for a server that is not up yet or has stopped, and the cases in which it does not wait.</summary>
public sealed class WaitingTests : PlayerScenario
{
    private readonly RecordingLogger _logger = new();

    [Fact]
    public async Task A_player_waits_for_a_server_that_is_not_up_yet_and_reports_that_at_once()
    {
        int port = FreePort();
        await using var recording = new Recording(Waiting($"rtsp://127.0.0.1:{port}/song"), _logger);
        await UntilAsync(() => _logger.Lines.Count > 0);
        Assert.StartsWith($"901 Nothing listens at 127.0.0.1, port {port}", _logger.Lines[0], StringComparison.Ordinal);
        PlayerStatistics waiting = recording.Player.GetStatistics();
        Assert.Equal(PlayerState.Connecting, waiting.State);
        Assert.Contains("Nothing listens", waiting.Awaits, StringComparison.Ordinal);

        await using FakeRtspServer server = Serve(_sender, port);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 10);
        await UntilAsync(() => recording.Player.GetStatistics().Played == TimeSpan.FromMilliseconds(200));
        Assert.Null(recording.Player.GetStatistics().Awaits);
        await SendGoodbyeAsync(connection, RtspTransport.Tcp);
        await recording.Running;

        Assert.Equal(Sent(), recording.Samples);

        // Logged once, however many retries there were.
        Assert.Single(_logger.Lines, line => line.StartsWith("901", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lasting_problem_is_logged_again_after_a_minute_and_not_before()
    {
        var time = new FakeTimeProvider();
        await using var wav = new MemoryStream();
        PlayerOptions options =
            Waiting($"rtsp://127.0.0.1:{FreePort()}/song") with
            {
                MinReconnectDelay = TimeSpan.FromSeconds(1),
                MaxReconnectDelay = TimeSpan.FromSeconds(1)
            };
        await using var player = new Player(options, new PipeDevice("memory", wav, time), time, _logger);
        using var stop = new CancellationTokenSource();
        Task running = player.RunAsync(stop.Token);
        await UntilAsync(() => _logger.Lines.Count == 1);

        long since = time.GetTimestamp();
        int early = 0;
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            early = time.GetElapsedTime(since) < Tuner.SaidAgain ? _logger.Lines.Count : early;
            return _logger.Lines.Count > 1 || time.GetElapsedTime(since) > 3 * Tuner.SaidAgain;
        });
        await stop.CancelAsync();
        await running;

        Assert.Equal((1, 2), (early, _logger.Lines.Count));
        Assert.Equal(_logger.Lines[0].Split("Trying")[0], _logger.Lines[1].Split("Trying")[0]);
    }

    [Fact]
    public async Task An_unwritable_file_is_reported_before_any_server_is_contacted()
    {
        await using var server = new FakeRtspServer();
        await using var file = new WavFileDevice(Path.Join(Path.GetTempPath(), "linnet-no-such-folder", "x.wav"), TimeProvider.System);
        await using var player = new Player(Waiting(server.Url), file);

        IOException e = await Assert.ThrowsAsync<IOException>(() => player.RunAsync(TestContext.Current.CancellationToken));

        Assert.Contains("x.wav: there is no folder '", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silent_server_is_reported_before_its_timeout(bool reconnects)
    {
        // The server accepts, and sends nothing.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new ManualTime();
        await using var wav = new MemoryStream();
        PlayerOptions options = Waiting($"rtsp://{listener.LocalEndpoint}/song") with { Reconnects = reconnects };
        await using var player = new Player(options, new PipeDevice("memory", wav, time), time, _logger);
        using var stop = new CancellationTokenSource();
        Task running = player.RunAsync(stop.Token);

        // Within the first second.
        await time.FireAsync(TimeSpan.FromMilliseconds(700));
        await UntilAsync(() => player.GetStatistics().Awaits is not null);

        Assert.Equal($"744 {listener.LocalEndpoint} has not answered so far. Waiting for it", Assert.Single(_logger.Lines));
        Assert.Equal($"{listener.LocalEndpoint} has not answered so far.", player.GetStatistics().Awaits);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_server_that_has_answered_with_a_page_is_not_reported_as_silent()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedHttpServer(async (path, stream, stop) =>
        {
            if (path != StationLookup.Path)
            {
                asked.SetResult();
                await told.Task.WaitAsync(stop);
            }

            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\n\r\n"u8.ToArray(), stop);
        });
        var time = new ManualTime();
        await using var wav = new MemoryStream();
        await using var player =
            new Player(Waiting(server.Address("/live").ToString()) with { Transport = RtspTransport.Auto },
                new PipeDevice("memory", wav, time), time, _logger);
        Task running = player.RunAsync(Cancelled);
        await asked.Task.WaitAsync(Cancelled);

        await time.FireAsync(TimeSpan.FromMilliseconds(700));
        told.SetResult();

        await Assert.ThrowsAnyAsync<TransportException>(() => running);
        Assert.Empty(_logger.Lines);
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(410, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(405, false)]
    [InlineData(406, false)]
    [InlineData(501, false)]
    [InlineData(505, false)]
    [InlineData(551, false)]
    [InlineData(503, true)]
    [InlineData(500, true)]
    [InlineData(400, true)]
    [InlineData(408, true)]
    [InlineData(453, true)]
    [InlineData(462, true)]
    [InlineData(599, true)]
    public async Task A_player_retries_after_a_temporary_refusal(int status, bool waits)
    {
        await using var server =
            new FakeRtspServer
            {
                Script =
                (_, request) => request.Method == RtspMethod.Describe ? request.Answer((RtspStatus)status) : null
            };
        await using var recording = new Recording(Waiting(server.Url), _logger);

        if (waits)
        {
            await UntilAsync(() => server.Methods.Count(method => method == RtspMethod.Describe) >= 3);
            await recording.StopAsync();
        }
        else
        {
            await Assert.ThrowsAsync<RtspException>(() => recording.Running);
            Assert.Equal(1, server.Methods.Count(method => method == RtspMethod.Describe));
        }
    }

    [Theory]
    [InlineData(403, null, "refuses to play '/song' (403)")]
    [InlineData(403, "This server makes no renditions on demand.", "This server makes no renditions on demand.")]
    [InlineData(410, null, "has no station '/song' any more.")]
    [InlineData(410, "The station has ended.", "The station has ended.")]
    public async Task A_permanent_refusal_explains_itself(int status, string? words, string said)
    {
        await using var server = new FakeRtspServer { Script = (_, request) => Refuse(request, status, words) };
        await using var recording = new Recording(Waiting(server.Url), _logger);

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => recording.Running);

        Assert.EndsWith(said, said.EndsWith('.') ? e.Message : e.Message.Split(':')[^2], StringComparison.Ordinal);
        Assert.True(e.IsFinal);
    }

    [Fact]
    public async Task A_player_that_received_nothing_of_an_ended_station_fails_even_if_the_station_was_described()
    {
        await using var server =
            new FakeRtspServer { Script = (_, request) => request.Method == RtspMethod.Play ? request.Answer(RtspStatus.Gone) : null };
        await using var recording = new Recording(Waiting(server.Url), _logger);

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => recording.Running);

        Assert.EndsWith("any more.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(410, true)]
    [InlineData(403, false)]
    public async Task A_station_that_ended_during_a_disconnect_ends_the_player_normally_and_a_refusal_does_not(
        int status, bool inOrder)
    {
        await using FakeRtspServer server = Serve(_sender);
        Func<FakeRtspConnection, RtspRequest, RtspResponse?> script = server.Script;
        bool isOver = false;
        server.Script = (connection, request) =>
            Volatile.Read(ref isOver) ? Refuse(request, status, words: null) ?? script(connection, request) : script(connection, request);
        await using var recording = new Recording(Options(server), _logger);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 10);
        await UntilAsync(() => recording.Player.GetStatistics().Played == TimeSpan.FromMilliseconds(200));
        Volatile.Write(ref isOver, true);
        connection.Close();

        if (inOrder)
        {
            await recording.Running;
        }
        else
        {
            await Assert.ThrowsAsync<RtspException>(() => recording.Running);
        }

        Assert.Equal(2, server.Methods.Count(method => method == RtspMethod.Describe));
        Assert.Equal(Sent(), recording.Samples);
    }

    [Theory]
    [InlineData("rtsp://no-such-host.invalid:8554/song")]
    [InlineData("pyaudio-tcp://no-such-host.invalid")]
    [InlineData("pyaudio-udp://no-such-host.invalid")]
    public async Task A_player_does_not_wait_for_an_unknown_host_name(string url)
    {
        try
        {
            await Dns.GetHostAddressesAsync("no-such-host.invalid", Cancelled);
        }
        catch (SocketException e)
        {
            Assert.SkipWhen(e.SocketErrorCode is SocketError.TryAgain, "needs a name server");
        }

        await using var recording = new Recording(Waiting(url), _logger);

        TransportException problem = await Assert.ThrowsAnyAsync<TransportException>(() => recording.Running);
        Assert.Equal("There is no host called 'no-such-host.invalid': check the name.", problem.Message);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_player_that_is_not_set_to_wait_fails_at_once(bool waits, bool reconnects)
    {
        await using var recording = new Recording(
            Waiting($"rtsp://127.0.0.1:{FreePort()}/song") with { WaitsForStation = waits, Reconnects = reconnects }, _logger);

        await Assert.ThrowsAsync<RtspException>(() => recording.Running);
        Assert.Empty(_logger.Lines);
    }

    [Theory]
    [InlineData("server stopped")]
    [InlineData("session timed out")]
    public async Task A_player_reconnects_to_a_server_that_stopped_cleanly_as_to_one_that_failed(string reason)
    {
        int port;
        Recording recording;
        await using (FakeRtspServer server = Serve(_sender))
        {
            port = server.Port;
            recording = new Recording(Options(server), _logger);
            FakeRtspConnection connection = await server.PlayingAsync();
            await SendAsync(connection, 10);
            await UntilAsync(() => recording.Player.GetStatistics().Played == TimeSpan.FromMilliseconds(200));
            byte[] datagram = new byte[256];
            int length = RtcpCompound.Write(datagram, new ReceiverReport(_sender.Ssrc), new Goodbye([_sender.Ssrc], reason));
            await connection.SendPacketAsync(1, datagram[..length]);
            connection.Close();
            await UntilAsync(() => recording.Player.State is PlayerState.Reconnecting);
        }

        Assert.NotNull(recording.Player.GetStatistics().Awaits);
        short[] first = Sent();
        var again = new FakeRtpSender(Mono, ssrc: 99) { Sound = (position, _) => (short)position };

        // Meanwhile the station does not exist yet; a player that has heard it knows that this is not a mistake.
        await using FakeRtspServer back = Serve(again, port);
        Func<FakeRtspConnection, RtspRequest, RtspResponse?> script = back.Script;
        int refused = 0;
        back.Script = (connection, request) =>
            request.Method == RtspMethod.Describe && refused++ < 2 ? request.Answer(RtspStatus.NotFound) : script(connection, request);
        FakeRtspConnection second = await back.PlayingAsync();
        await SendAsync(second, 10, RtspTransport.Tcp, again);
        await SendGoodbyeAsync(second, RtspTransport.Tcp, again);
        await recording.Running;

        short[] samples = recording.Samples;
        Assert.Equal(first, samples[..first.Length]);
        AssertEndsWithAll(again, samples);
        Assert.Equal(1, recording.Player.GetStatistics().Reconnects);
        await recording.DisposeAsync();
    }

    [Fact]
    public async Task Without_reconnecting_a_server_that_stops_is_an_error()
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var recording = new Recording(Options(server) with { Reconnects = false }, _logger);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 10);
        byte[] datagram = new byte[256];
        int length = RtcpCompound.Write(datagram, new ReceiverReport(_sender.Ssrc), new Goodbye([_sender.Ssrc], "server stopped"));
        await connection.SendPacketAsync(1, datagram[..length]);

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => recording.Running);
        Assert.Contains("has stopped", e.Message, StringComparison.Ordinal);
        Assert.Equal(Sent(), recording.Samples);
    }

    private static RtspResponse? Refuse(RtspRequest request, int status, string? words)
    {
        if (request.Method != RtspMethod.Describe)
        {
            return null;
        }

        RtspResponse answer = request.Answer((RtspStatus)status);
        if (words is not null)
        {
            answer.Headers.Add(RtspHeaderNames.ContentType, "text/plain");
            answer.Body = System.Text.Encoding.UTF8.GetBytes(words);
        }

        return answer;
    }

    private static PlayerOptions Waiting(string url) => new()
    {
        Url = new Uri(url),
        Transport = RtspTransport.Tcp,
        WaitsForStation = true,
        MinReconnectDelay = TimeSpan.FromMilliseconds(10),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
    };

    // No process listens there, unless another one takes the port just now.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
