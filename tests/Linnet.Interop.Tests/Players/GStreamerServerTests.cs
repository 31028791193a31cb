using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Transports.Rtsp;

namespace Linnet.Interop.Tests.Players;

/// <summary>Linnet's player listens to GStreamer's RTSP server.</summary>
public sealed class GStreamerServerTests(GStreamerServer server) : IClassFixture<GStreamerServer>
{
    [Theory]
    [InlineData("l16", RtspTransport.Tcp)]
    [InlineData("l16", RtspTransport.Udp)]
    [InlineData("l24", RtspTransport.Tcp)]
    [InlineData("camera", RtspTransport.Auto)]
    public async Task Linear_pcm_is_recorded_bit_for_bit(string station, RtspTransport transport)
    {
        WavSound recorded = await RecordAsync(station, transport);

        Assert.Equal((server.Music.SampleRate, server.Music.Channels), (recorded.SampleRate, recorded.Channels));
        Assert.Equal(server.Music.Samples.Length, recorded.Samples.Length);
        Assert.Equal(-1, FirstDifference(server.Music.Samples, recorded.Samples));
    }

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task Opus_sounds_the_same(RtspTransport transport)
    {
        WavSound recorded = await RecordAsync("opus", transport);

        Assert.Equal((48_000, 2), (recorded.SampleRate, recorded.Channels));
        Assert.InRange(recorded.Samples.Length / 2 / 48_000.0, GStreamerServer.Seconds - 0.05, GStreamerServer.Seconds + 0.05);
        for (int channel = 0; channel < 2; channel++)
        {
            Assert.InRange(Correlation.Of(server.Wide.Channel(channel), recorded.Channel(channel)).Value, 0.99, 1.0001);
        }
    }

    [Theory]
    [InlineData("pcmu")]
    [InlineData("pcma")]
    public async Task Telephone_sound_sounds_the_same(string station)
    {
        WavSound recorded = await RecordAsync(station, RtspTransport.Auto);

        Assert.Equal((8000, 1), (recorded.SampleRate, recorded.Channels));
        Assert.Equal(server.Speech.Samples.Length, recorded.Samples.Length);
        Assert.InRange(Correlation.Of(server.Speech.Channel(0), recorded.Channel(0)).Value, 0.99, 1.0001);
    }

    [Fact]
    public async Task A_station_that_is_not_there_is_told_by_name()
    {
        RtspException e = await Assert.ThrowsAsync<RtspException>(() => RecordAsync("nothing", RtspTransport.Auto));

        Assert.Equal($"127.0.0.1:{server.Port} has no station '/nothing'.", e.Message);
    }

    private async Task<WavSound> RecordAsync(string station, RtspTransport transport)
    {
        string path = server["out.wav"];
        await using (var device = new WavFileDevice(path, TimeProvider.System))
        await using (var player = new Player(
            new PlayerOptions { Url = new Uri($"rtsp://127.0.0.1:{server.Port}/{station}"), Transport = transport, Reconnects = false }, device))
        {
            await player.RunAsync(TestContext.Current.CancellationToken);
        }

        return WavSound.Load(path).To16();
    }

    private static int FirstDifference(int[] expected, int[] actual)
    {
        int same = expected.AsSpan().CommonPrefixLength(actual);
        return same == expected.Length && same == actual.Length ? -1 : same;
    }
}
