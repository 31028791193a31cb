using System.Net;
using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Playback;

/// <summary>Linnet's own server and player in one process, over real sockets.</summary>
public sealed class StationPlayerTests
{
    [Theory]
    [InlineData(RtspTransport.Tcp, 44_100, 2)]
    [InlineData(RtspTransport.Udp, 44_100, 2)]
    [InlineData(RtspTransport.Udp, 8000, 1)]
    public async Task A_station_is_recorded_from_its_first_sample_to_its_last(RtspTransport transport, int rate, int channels)
    {
        int frames = rate + 123;
        await using var server = new Running(new AudioFormat(rate, channels), frames);
        await using var recording = new Recording(new PlayerOptions { Url = server.Url("ramp/pcm"), Transport = transport });

        await recording.Running;

        Assert.Equal(Ramp(0, frames, channels), recording.Samples);
        Assert.Equal((0, 0), (recording.Player.GetStatistics().Receiver.Lost, recording.Player.GetStatistics().Receiver.Late));
    }

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task A_station_that_already_plays_is_recorded_from_the_point_of_joining(RtspTransport transport)
    {
        await using var server = new Running(new AudioFormat(44_100, 2), long.MaxValue);
        await using var first = new Recording(new PlayerOptions { Url = server.Url(""), Duration = TimeSpan.FromSeconds(1.2) });
        await first.Running;

        await using var second = new Recording(
            new PlayerOptions { Url = server.Url("ramp/l16"), Transport = transport, Duration = TimeSpan.FromSeconds(0.5) });
        await second.Running;

        short[] samples = second.Samples;
        Assert.Equal(22_050 * 2, samples.Length);
        short[] all = Ramp(0, 44_100 * 10, 2);
        int start = all.AsSpan().IndexOf(samples.AsSpan(0, 200));
        Assert.InRange(start, 1, all.Length - samples.Length);
        Assert.Equal(all[start..(start + samples.Length)], samples);
    }

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task It_is_the_same_over_IPv6(RtspTransport transport)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var server = new Running(new AudioFormat(8000, 1), 2000, IPAddress.IPv6Loopback);
        await using var recording = new Recording(new PlayerOptions { Url = server.Url("ramp/pcm"), Transport = transport });

        await recording.Running;

        Assert.Equal(Ramp(0, 2000, 1), recording.Samples);
    }

    [Fact]
    public async Task The_error_for_an_unknown_station_lists_the_stations_on_offer()
    {
        await using var server = new Running(new AudioFormat(8000, 1), 8000);
        await using var recording = new Recording(new PlayerOptions { Url = server.Url("jazz") });

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => recording.Running);

        Assert.Equal("There is no station jazz. Stations: ramp.", e.Message);
    }

    private static short[] Ramp(long from, int frames, int channels) =>
        [.. Enumerable.Range(0, frames * channels).Select(i => RampSource.SampleAt(from + (i / channels), i % channels))];

    /// <summary>A server with one station.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly StationServer _server;
        private readonly Task _running;

        internal Running(AudioFormat format, long frames, IPAddress? bind = null)
        {
            var station = new Station(new StationOptions { Name = "ramp" }, new RampSource(format, frames));
            _server = StationServer.Open(
                [station],
                new StationServerOptions { Bind = bind ?? IPAddress.Loopback, RtspPort = 0, RtpPort = 0, EndsWithStations = true });
            _running = _server.RunAsync(_stopping.Token);
        }

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
