using System.Text.Json;

namespace Linnet.Interop.Tests.Players;

/// <summary><c>linnet play</c> listens to GStreamer's RTSP server.</summary>
public sealed class GStreamerServerTests(GStreamerServer server) : IClassFixture<GStreamerServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("l16", "tcp")]
    [InlineData("l16", "udp")]
    [InlineData("l24", "auto")]
    public async Task Linear_pcm_is_recorded_bit_for_bit(string station, string transport)
    {
        WavSound recorded = await RecordAsync(station, transport);

        Assert.Equal((server.Music.SampleRate, server.Music.Channels), (recorded.SampleRate, recorded.Channels));
        Assert.Equal(server.Music.Samples.Length, recorded.Samples.Length);
        Assert.Equal(-1, FirstDifference(server.Music.Samples, recorded.Samples));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Opus_sounds_the_same(string transport)
    {
        WavSound recorded = await RecordAsync("opus", transport);

        Assert.Equal((48_000, 2), (recorded.SampleRate, recorded.Channels));
        Assert.InRange(recorded.Samples.Length / 2 / 48_000.0, GStreamerServer.Seconds - 0.05, GStreamerServer.Seconds + 0.05);
        for (int channel = 0; channel < 2; channel++)
        {
            // GStreamer's encoder advances timestamps by 13.5 ms for a first packet of 20 ms. The overlap is not audio to compare.
            Assert.InRange(Correlation.Of(server.Wide.Channel(channel), recorded.Channel(channel).AsSpan(1920)).Value, 0.99, 1.0001);
        }
    }

    [Theory]
    [InlineData("pcmu")]
    [InlineData("pcma")]
    public async Task Telephone_codecs_sound_the_same(string station)
    {
        WavSound recorded = await RecordAsync(station, "auto");

        Assert.Equal((8000, 1), (recorded.SampleRate, recorded.Channels));
        Assert.Equal(server.Speech.Samples.Length, recorded.Samples.Length);
        Assert.InRange(Correlation.Of(server.Speech.Channel(0), recorded.Channel(0)).Value, 0.99, 1.0001);
    }

    [Fact]
    public async Task Copies_sent_by_GStreamer_repair_losses()
    {
        // Its RTSP server describes plain Opus as payload type 96, but sends copies as type 98.
        await using Tool linnet = Tool.Start(
            "linnet", "play", Url("red"), "--transport", "udp", "--impair", "loss=10%,seed=9", "--no-reconnect", "--output",
            server["red.wav"], "--stats", "json");
        Assert.Equal(0, await linnet.ExitAsync(Limit));

        string last = linnet.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        using JsonDocument stats = JsonDocument.Parse(last);
        int dropped = stats.RootElement.GetProperty("impairment").GetProperty("rtp").GetProperty("dropped").GetInt32();
        int lost = stats.RootElement.GetProperty("lost").GetInt32();
        int copied = stats.RootElement.GetProperty("repair").GetProperty("by_redundancy").GetInt32();
        Assert.True(dropped >= 3 && copied >= dropped / 2 && lost <= dropped / 2, last);
    }

    [Fact]
    public async Task A_missing_station_is_reported_by_name()
    {
        await using Tool linnet = Tool.Start("linnet", "play", Url("nothing"), "--output", "null");

        Assert.Equal(1, await linnet.ExitAsync(Limit));
        Assert.Contains($"127.0.0.1:{server.Port} has no station '/nothing'.", linnet.Errors, StringComparison.Ordinal);
    }

    private string Url(string station) => $"rtsp://127.0.0.1:{server.Port}/{station}";

    private async Task<WavSound> RecordAsync(string station, string transport)
    {
        string path = server[$"{station}-{transport}.wav"];
        await using Tool linnet = Tool.Start("linnet", "play", Url(station), "--transport", transport, "--no-reconnect", "--output", path);
        int code = await linnet.ExitAsync(Limit);

        Assert.True(code == 0, $"linnet play ended with {code}: {linnet.Errors} {linnet.Output}");
        return WavSound.Load(path).To16();
    }

    private static int FirstDifference(int[] expected, int[] actual)
    {
        int same = expected.AsSpan().CommonPrefixLength(actual);
        return same == expected.Length && same == actual.Length ? -1 : same;
    }
}
