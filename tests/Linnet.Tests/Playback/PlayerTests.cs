using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Playback;

/// <summary>A whole player against a scripted server on the loopback interface.</summary>
public sealed class PlayerTests : PlayerScenario
{
    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task A_stream_is_recorded_bit_for_bit_and_ends_with_its_goodbye(RtspTransport transport)
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var recording = new Recording(Options(server) with { Transport = transport });

        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 50, transport);
        await SendGoodbyeAsync(connection, transport);
        await recording.Running;

        Assert.Equal(Sent(), recording.Samples);
        Assert.Equal(RtspMethod.Teardown, server.Methods.Last());
        Assert.Equal(PlayerState.Ended, recording.Player.State);
    }

    [Fact]
    public async Task The_statistics_name_the_station_without_its_password_and_count_the_time_from_the_start_of_playing()
    {
        var time = new FakeTimeProvider();
        await using var device = new WavFileDevice("take.wav", time);
        await using var player = new Player(new PlayerOptions { Url = new Uri("rtsp://me:secret@127.0.0.1:9/jazz") }, device, time);
        time.Advance(TimeSpan.FromSeconds(2));
        PlayerStatistics before = player.GetStatistics();

        _ = player.RunAsync(Cancelled);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.Zero, before.Elapsed);
        Assert.Equal(("rtsp://me:***@127.0.0.1:9/jazz", device.Name, true), (before.Address, before.Output, before.IsRecording));
        Assert.Equal(TimeSpan.FromSeconds(3), player.GetStatistics().Elapsed);
    }

    [Fact]
    public async Task A_duration_is_played_to_the_exact_frame()
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var recording = new Recording(Options(server) with { Duration = TimeSpan.FromMilliseconds(333) });

        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 50);
        await recording.Running;

        Assert.Equal(Sent()[..2664], recording.Samples);
        Assert.Equal(TimeSpan.FromMilliseconds(333), recording.Player.GetStatistics().Played);
    }

    [Fact]
    public async Task A_player_that_is_cancelled_leaves_a_file_that_plays_and_tells_the_server()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.wav");
        try
        {
            await using FakeRtspServer server = Serve(_sender);
            using var stopping = new CancellationTokenSource();
            await using (var device = new WavFileDevice(path, TimeProvider.System))
            await using (var player = new Player(Options(server), device))
            {
                Task running = player.RunAsync(stopping.Token);
                FakeRtspConnection connection = await server.PlayingAsync();
                await SendAsync(connection, 50);
                await UntilAsync(() => player.GetStatistics().Played == TimeSpan.FromSeconds(1));
                await stopping.CancelAsync();
                await running;
            }

            byte[] wav = await File.ReadAllBytesAsync(path, Cancelled);
            int start = wav.AsSpan().IndexOf("data"u8) + 8;
            Assert.Equal(16_000, wav.Length - start);
            Assert.Equal(16_000u, BitConverter.ToUInt32(wav, start - 4));
            Assert.Contains(RtspMethod.Teardown, server.Methods);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(0.5, false, 500)]
    [InlineData(0.5, true, 0)]
    [InlineData(2, false, 2000)]
    public async Task Volume_and_mute_are_heard_and_measured(double volume, bool isMuted, short expected)
    {
        var constant = new FakeRtpSender(Mono) { Sound = (_, _) => 1000 };
        await using FakeRtspServer server = Serve(constant);
        await using var recording = new Recording(Options(server));
        recording.Player.Volume = volume;
        recording.Player.IsMuted = isMuted;

        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 50, RtspTransport.Tcp, constant);
        await SendGoodbyeAsync(connection, RtspTransport.Tcp, constant);
        await recording.Running;

        Assert.Equal(8000, recording.Samples.Length);
        Assert.Equal([expected], recording.Samples[200..].Distinct());
        PlayerStatistics statistics = recording.Player.GetStatistics();
        Assert.Equal(expected / 32_768f, Assert.Single(statistics.Levels).Peak, 0.0001f);
        Assert.Equal(volume, statistics.Volume);
        Assert.Equal(isMuted, statistics.IsMuted);
    }

    [Fact]
    public async Task Statistics_describe_the_station_and_the_playback()
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var recording = new Recording(Options(server));
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 1);
        byte[] lost = _sender.Next(160);
        byte[] twice = _sender.Next(160);
        await connection.SendPacketAsync(0, twice);
        await connection.SendPacketAsync(0, twice);
        await SendAsync(connection, 10);
        await UntilAsync(() => recording.Player.State is PlayerState.Playing);
        await UntilAsync(() => recording.Player.GetStatistics().Played == TimeSpan.FromMilliseconds(13 * 20));
        await SendTrackAsync(connection, "Bird – Ornithology");
        await UntilAsync(() => recording.Player.GetStatistics().Track is not null);

        PlayerStatistics statistics = recording.Player.GetStatistics();

        Assert.Equal(12 + 320, lost.Length);
        Assert.Equal(("A song", "Bird – Ornithology"), (statistics.Title, statistics.Track));
        Assert.Equal("L16", statistics.Payload!.EncodingName);
        Assert.Equal(Mono, statistics.Format);
        Assert.Equal(StationTransport.Tcp, statistics.Transport);
        Assert.Equal((12, 1, 1), (statistics.Receiver.Received, statistics.Receiver.Lost, statistics.Receiver.Duplicate));
        Assert.Equal(TimeSpan.FromMilliseconds(20), statistics.Receiver.Concealed);
        await recording.StopAsync();
    }

    [Fact]
    public async Task The_device_callback_allocates_nothing()
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var device = new PulledDevice(new AudioFormat(48_000, 2));
        await using var player = new Player(Options(server), device);
        Task running = player.RunAsync(Cancelled);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 100);
        await UntilAsync(async () => (await device.PullAsync(480, Now))!.Any(sample => sample != 0));
        AudioCallback fill = await device.RunningAsync();
        player.Volume = 0.7;
        float[] pcm = new float[480 * 2];

        Assert.Equal(0, Allocations.Of(() => fill(pcm, Now)));
        Assert.False(running.IsCompleted);
    }

    [Fact]
    public async Task A_profile_requests_its_rendition_and_a_burst_for_its_buffer()
    {
        await using FakeRtspServer server = Serve(_sender);
        await using var recording =
            new Recording(Options(server) with { Receiver = new ReceiverOptions { Profile = ReceiverProfile.LowLatency } });

        FakeRtspConnection connection = await server.PlayingAsync();
        await SendAsync(connection, 1);
        await SendGoodbyeAsync(connection, RtspTransport.Tcp);
        await recording.Running;

        Assert.Equal("opus-5ms", server.Requests.Single(r => r.Method == RtspMethod.Describe).Headers["Linnet-Rendition"]);
        Assert.Equal("5", server.Requests.Single(r => r.Method == RtspMethod.Play).Headers["Linnet-Buffer"]);
    }

    [Fact]
    public void All_invalid_options_are_reported_at_once()
    {
        var options = new PlayerOptions
        {
            Url = new Uri("ftp://example.com/song"),
            Duration = TimeSpan.Zero,
            Volume = -1,
            MinReconnectDelay = TimeSpan.Zero,
            Receiver = new ReceiverOptions { Latency = TimeSpan.Zero },
        };

        ArgumentException e = Assert.Throws<ArgumentException>(() => new Player(options, new NullDevice(TimeProvider.System)));

        Assert.All(["Url", "Duration", "Volume", "MinReconnectDelay", "Latency"],
            name => Assert.Contains(name, e.Message, StringComparison.Ordinal));
    }
}
