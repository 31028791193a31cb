using System.Net;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Playback;

/// <summary>A program's own PCM, through a real server and a real player, into a program's own callback.</summary>
public sealed class OwnPcmTests
{
    private static readonly AudioFormat Format = new(44_100, 2);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task Written_sound_is_received_bit_for_bit_from_the_first_sample_to_the_last(RtspTransport transport)
    {
        var sound = new PcmSource(Format, new PcmSourceOptions { BitDepth = 16 });
        await using var server = new Running(sound);
        short[] sent = [.. Ramp(0, Format.SampleRate + 123)];
        Task writing = Task.Run(
            async () =>
            {
                foreach (short[] block in sent.Chunk(882))
                {
                    await sound.WriteAsync(block, Cancelled);
                }

                sound.Complete();
            },
            Cancelled);

        var received = new List<short>();
        PcmBlock first = default;
        PcmBlock last = default;
        await using var device = new CallbackDevice(OnSound);
        await using var player = new Player(new PlayerOptions { Url = server.Url("own/pcm"), Transport = transport }, device);
        await player.RunAsync(Cancelled);
        await writing;

        Assert.Equal(sent, received);
        Assert.Equal(Format, last.Format);

        // The server is this machine, so its clock is this clock.
        DateTimeOffset due = Assert.NotNull(last.SentAt);
        Assert.InRange(TimeProvider.System.GetUtcNow() - due, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(60));
        double seconds = (last.Position - first.Position) / (double)Format.SampleRate;
        Assert.InRange(seconds, 0.1, 2);
        Assert.Equal(seconds, (due - first.SentAt!.Value).TotalSeconds, 0.005);

        void OnSound(ReadOnlySpan<float> pcm, PcmBlock block)
        {
            Assert.Equal(received.Count / 2, block.Position);
            foreach (float sample in pcm)
            {
                received.Add((short)(sample * 32768));
            }

            first = first.SentAt is null ? block : first;
            last = block;
        }
    }

    [Fact]
    public async Task Live_sound_is_received_bit_for_bit_from_the_point_of_joining()
    {
        using var stop = new CancellationTokenSource();
        var sound = new PcmSource(Format, new PcmSourceOptions { BitDepth = 16, IsLive = true });
        await using var server = new Running(sound);
        Task writing = Task.Run(() => WriteLiveAsync(sound, stop.Token), Cancelled);

        var received = new List<short>();
        await using var device = new CallbackDevice(OnSound);
        await using var player = new Player(
            new PlayerOptions { Url = server.Url("own/pcm"), Duration = TimeSpan.FromSeconds(0.4) }, device);
        await player.RunAsync(Cancelled);
        await stop.CancelAsync();
        await writing;

        Assert.Equal(17_640 * 2, received.Count);
        short[] all = [.. Ramp(0, 44_100 * 30)];
        int start = all.AsSpan().IndexOf(received.Take(400).ToArray());
        Assert.InRange(start, 0, all.Length - received.Count);
        Assert.Equal(all[start..(start + received.Count)], received);

        void OnSound(ReadOnlySpan<float> pcm, PcmBlock block)
        {
            foreach (float sample in pcm)
            {
                received.Add((short)(sample * 32768));
            }
        }
    }

    [Fact]
    public async Task The_callback_receives_the_format_that_it_asks_for()
    {
        var sound = new PcmSource(new AudioFormat(48_000, 1), new PcmSourceOptions { Buffer = TimeSpan.FromSeconds(2) });
        await using var server = new Running(sound);
        sound.Write(Enumerable.Repeat(0.5f, 48_000).ToArray(), Cancelled);
        sound.Complete();

        var received = new List<float>();
        await using var device = new CallbackDevice((pcm, block) => received.AddRange(pcm), new AudioFormat(16_000, 2));
        await using var player = new Player(new PlayerOptions { Url = server.Url("own/pcm") }, device);
        await player.RunAsync(Cancelled);

        Assert.Equal(16_000 * 2, received.Count);
        Assert.All(received[400..31_600], static sample => Assert.Equal(0.5f, sample, 0.01f));
    }

    [Fact]
    public async Task An_exception_of_the_callback_is_thrown_by_the_player_and_ends_only_it()
    {
        var sound = new PcmSource(Format, new PcmSourceOptions { Buffer = TimeSpan.FromSeconds(2) });
        await using var server = new Running(sound);
        sound.Write(new float[Format.SampleRate * 2], Cancelled);
        await using var device = new CallbackDevice(static (_, _) => throw new InvalidDataException("no room"));
        await using var player = new Player(new PlayerOptions { Url = server.Url("own/pcm") }, device);

        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => player.RunAsync(Cancelled));

        Assert.Equal("no room", e.Message);
        Assert.Equal(PlayerState.Ended, player.State);
        Assert.False(server.HasEnded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_callback_can_end_the_player_by_cancelling_it(bool throws)
    {
        var sound = new PcmSource(Format, new PcmSourceOptions { Buffer = TimeSpan.FromSeconds(2) });
        await using var server = new Running(sound);
        sound.Write(new float[Format.SampleRate * 2], Cancelled);
        using var stop = new CancellationTokenSource();
        int calls = 0;
        await using var device = new CallbackDevice((_, _) =>
        {
            calls++;
            if (throws)
            {
                throw new OperationCanceledException();
            }

            stop.Cancel();
        });
        await using var player = new Player(new PlayerOptions { Url = server.Url("own/pcm") }, device);

        await player.RunAsync(stop.Token);

        Assert.Equal(1, calls);
    }

    /// <summary>Writes as a sound card does: so much sound as time has passed.</summary>
    private static async Task WriteLiveAsync(PcmSource sound, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        int written = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, CancellationToken.None);
            int frames = Format.FramesIn(time.GetElapsedTime(start)) - written;
            sound.Write(Ramp(written, frames).ToArray(), CancellationToken.None);
            written += frames;
        }
    }

    private static IEnumerable<short> Ramp(int from, int frames) =>
        Enumerable.Range(from, frames).SelectMany(static i => (short[])[RampSource.SampleAt(i, 0), RampSource.SampleAt(i, 1)]);

    /// <summary>A server with one station.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly StationServer _server;
        private readonly Task _running;

        internal Running(PcmSource sound)
        {
            _server = StationServer.Open(
                [new Station(new StationOptions { Name = "own" }, sound)],
                new StationServerOptions { Bind = IPAddress.Loopback, RtspPort = 0, RtpPort = 0, EndsWithStations = true });
            _running = _server.RunAsync(_stopping.Token);
        }

        internal bool HasEnded => _running.IsCompleted;

        internal Uri Url(string path) => new($"rtsp://{_server.RtspEndPoint}/{path}");

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _server.DisposeAsync();
            _stopping.Dispose();
        }
    }
}
