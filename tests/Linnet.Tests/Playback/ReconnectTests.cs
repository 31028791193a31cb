using Linnet.Audio;
using Linnet.Playback;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Playback;

/// <summary>A player whose server is lost and returns.</summary>
public sealed class ReconnectTests : PlayerScenario
{
    [Fact]
    public async Task A_returning_server_continues_in_the_same_file()
    {
        int port;
        Recording recording;
        await using (FakeRtspServer server = Serve(_sender))
        {
            port = server.Port;
            recording = new Recording(Options(server));
            FakeRtspConnection connection = await server.PlayingAsync();
            await SendAsync(connection, 10);
            await UntilAsync(() => recording.Player.GetStatistics().Played == TimeSpan.FromMilliseconds(200));
        }

        short[] first = Sent();
        await UntilAsync(() => recording.Player.State is PlayerState.Reconnecting);
        var again = new FakeRtpSender(Mono, ssrc: 99, firstSequence: 7, firstTimestamp: 70) { Sound = (position, _) => (short)position };
        await using FakeRtspServer back = Serve(again, port);
        FakeRtspConnection second = await back.PlayingAsync();
        await SendAsync(second, 10, RtspTransport.Tcp, again);
        await SendGoodbyeAsync(second, RtspTransport.Tcp, again);
        await recording.Running;

        // The missed audio lies between, minus what was sent ahead of its time.
        short[] samples = recording.Samples;
        Assert.Equal(first, samples[..first.Length]);
        AssertEndsWithAll(again, samples);
        Assert.Equal(1, recording.Player.GetStatistics().Reconnects);
        Assert.Equal(20, recording.Player.GetStatistics().Receiver.Received);
        await recording.DisposeAsync();
    }

    [Fact]
    public async Task A_returning_server_with_another_format_continues_in_the_files_format()
    {
        int port;
        Recording recording;
        await using (FakeRtspServer server = Serve(_sender))
        {
            port = server.Port;
            recording = new Recording(Options(server));
            await SendAsync(await server.PlayingAsync(), 10);
            await UntilAsync(() => recording.Player.GetStatistics().Played == TimeSpan.FromMilliseconds(200));
        }

        short[] first = Sent();
        var again = new FakeRtpSender(new AudioFormat(16_000, 2)) { Sound = (_, _) => 1000 };
        await using FakeRtspServer back = Serve(again, port);
        back.Sdp = back.Sdp.Replace("L16/8000/1", "L16/16000/2", StringComparison.Ordinal);
        FakeRtspConnection second = await back.PlayingAsync();
        await SendAsync(second, 10, RtspTransport.Tcp, again);
        await SendGoodbyeAsync(second, RtspTransport.Tcp, again);
        await recording.Running;

        short[] samples = recording.Samples;
        Assert.Equal(first, samples[..first.Length]);
        Assert.DoesNotContain(samples[^700..^100], sample => sample is < 990 or > 1010);
        Assert.True(samples.Length >= first.Length + 800);
        Assert.Equal(20, recording.Player.GetStatistics().Receiver.Received);
        await recording.DisposeAsync();
    }

    [Fact]
    public async Task Audio_received_before_a_format_change_is_played_to_its_end()
    {
        int port;
        Recording recording;
        await using (FakeRtspServer server = Serve(_sender))
        {
            port = server.Port;
            recording = new Recording(Options(server) with { Receiver = new ReceiverOptions { Latency = TimeSpan.FromSeconds(10) } });
            FakeRtspConnection connection = await server.PlayingAsync();
            await SendAsync(connection, 1);
            _ = _sender.Next(160);

            // These packets wait for the missing one.
            await SendAsync(connection, 9);
            await UntilAsync(() => recording.Player.GetStatistics().Receiver.Received == 10);
        }

        var again = new FakeRtpSender(new AudioFormat(16_000, 2)) { Sound = (_, _) => 1000 };
        await using FakeRtspServer back = Serve(again, port);
        back.Sdp = back.Sdp.Replace("L16/8000/1", "L16/16000/2", StringComparison.Ordinal);
        FakeRtspConnection second = await back.PlayingAsync();
        await SendAsync(second, 10, RtspTransport.Tcp, again);
        await SendGoodbyeAsync(second, RtspTransport.Tcp, again);
        second.Close();
        await recording.Running;

        short[] samples = recording.Samples;
        Assert.True(samples.Length >= 1760 + 800);
        Assert.Equal(Sent()[500..], samples[500..1760]);
        Assert.DoesNotContain(samples[^700..^100], sample => sample is < 990 or > 1010);
        await recording.DisposeAsync();
    }

    [Fact]
    public async Task A_device_with_a_clock_gets_silence_while_the_server_is_lost()
    {
        int port;
        await using var device = new PulledDevice();
        Player player;
        Task running;
        await using (FakeRtspServer server = Serve(_sender))
        {
            port = server.Port;
            player = new Player(Options(server), device);
            running = player.RunAsync(Cancelled);
            FakeRtspConnection first = await server.PlayingAsync();
            await UntilAsync(async () => await HearsAsync(first, _sender) && player.State is PlayerState.Playing);
        }

        await UntilAsync(() => player.State is PlayerState.Reconnecting);
        await UntilAsync(async () => (await device.PullAsync(80, Now))!.All(sample => sample == 0));
        var again = new FakeRtpSender(Mono, ssrc: 99);
        await using FakeRtspServer back = Serve(again, port);
        FakeRtspConnection second = await back.PlayingAsync();
        await UntilAsync(() => HearsAsync(second, again));
        await SendGoodbyeAsync(second, RtspTransport.Tcp, again);
        await UntilAsync(async () => await device.PullAsync(80, Now) is null);
        await running;
        await player.DisposeAsync();

        // A packet every 20 ms, endlessly: a machine that pauses for a moment misses only what was due meanwhile.
        async Task<bool> HearsAsync(FakeRtspConnection connection, FakeRtpSender sender)
        {
            await SendAsync(connection, 1, RtspTransport.Tcp, sender);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
            return (await device.PullAsync(160, Now))!.Any(sample => sample != 0);
        }
    }

    [Fact]
    public async Task Without_reconnecting_a_lost_server_is_an_error_after_the_last_sample()
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var recording = new Recording(Options(server) with { Reconnects = false });
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 10);
        connection.Close();

        await Assert.ThrowsAsync<RtspException>(() => recording.Running);
        Assert.Equal(Sent(), recording.Samples);
    }

    [Fact]
    public async Task Each_loss_after_received_audio_counts_as_the_first_and_is_logged_and_retried_soon()
    {
        var logger = new RecordingLogger();
        await using FakeRtspServer server = Serve(_sender);
        await using var recording = new Recording(Options(server) with { MinReconnectDelay = TimeSpan.FromMilliseconds(100) }, logger);
        const int Losses = 4;
        for (int i = 1; i <= Losses; i++)
        {
            FakeRtspConnection connection = await server.PlayingAsync();
            await SendAsync(connection, 10);
            await UntilAsync(() => recording.Player.GetStatistics().Receiver.Received == 10 * i);
            Assert.Null(recording.Player.GetStatistics().Awaits);
            connection.Close();
        }

        await server.PlayingAsync();
        await recording.StopAsync();

        // With a growing backoff, the fourth wait would be at least 400 ms.
        string[] told = [.. logger.Lines.Where(static line => line.StartsWith("901", StringComparison.Ordinal))];
        Assert.Equal(Losses, told.Length);
        Assert.All(told,
            static line => Assert.EndsWith("is gone: it closed the connection. Trying again in 0.1 s", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "UDP UDP TCP UDP")]
    [InlineData(false, "UDP TCP TCP TCP")]
    public async Task UDP_is_retried_after_each_loss_if_it_ever_carried_audio(bool works, string setups)
    {
        await using FakeRtspServer server = Serve(_sender);
        server.RefusesUdp = !works;
        await using var recording = new Recording(Options(server) with { Transport = RtspTransport.Auto });
        await HearAsync(works ? RtspTransport.Udp : RtspTransport.Tcp, all: 10, closes: true);
        server.RefusesUdp = true;
        await HearAsync(RtspTransport.Tcp, all: 20, closes: true);
        server.RefusesUdp = false;
        await HearAsync(works ? RtspTransport.Udp : RtspTransport.Tcp, all: 30, closes: false);
        await recording.Running;

        Assert.Equal(setups.Split(' '), server.Requests.Where(r => r.Method == RtspMethod.Setup)
            .Select(static r => r.Headers[RtspHeaderNames.Transport]!.Contains("TCP", StringComparison.Ordinal) ? "TCP" : "UDP"));

        async Task HearAsync(RtspTransport transport, int all, bool closes)
        {
            FakeRtspConnection connection = await server.PlayingAsync();
            await SendAsync(connection, 10, transport);
            await UntilAsync(() => recording.Player.GetStatistics().Receiver.Received == all);
            if (closes)
            {
                connection.Close();
            }
            else
            {
                await SendGoodbyeAsync(connection, transport);
            }
        }
    }

    [Fact]
    public async Task A_first_connection_that_fails_is_an_error_at_once()
    {
        await using var server = new FakeRtspServer { Script = (_, request) => request.Answer(RtspStatus.NotFound) };
        await using var recording = new Recording(Options(server));

        await Assert.ThrowsAsync<RtspException>(() => recording.Running);
        Assert.Equal(1, server.Methods.Count(method => method == RtspMethod.Describe));
    }
}
