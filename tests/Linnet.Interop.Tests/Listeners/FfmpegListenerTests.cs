namespace Linnet.Interop.Tests.Listeners;

/// <summary>ffmpeg listens to our server, like any third-party client.</summary>
public class FfmpegListenerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Records_l16_and_l24_bit_exactly_and_opus_closely_from_a_server_with_two_stations(string transport)
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(48_000, 2, 24, 12);
        WavSound sweeps = WavSound.Sweep(48_000, 2, 12);
        noise.Save(folder["noise.wav"]);
        sweeps.Save(folder["sweeps.wav"]);
        await using Serving server = await Serving.StartAsync(folder["noise.wav"], folder["sweeps.wav"], "--once");

        await Task.WhenAll(
            Record("noise/l24", "pcm_s24le", "l24.wav"),
            Record("sweeps/l16", "pcm_s16le", "l16.wav"),
            Record("sweeps", "pcm_s16le", "opus.wav"));

        noise.FindRun(AtLeast(8, WavSound.Load(folder["l24.wav"])));
        sweeps.FindRun(AtLeast(8, WavSound.Load(folder["l16.wav"])));
        WavSound opus = AtLeast(8, WavSound.Load(folder["opus.wav"]));
        Assert.InRange(Correlation.Of(sweeps.Channel(0), opus.Channel(0).AsSpan(4_800)).Value, 0.99, 1.0001);
        Assert.InRange(Correlation.Of(sweeps.Channel(1), opus.Channel(1).AsSpan(4_800)).Value, 0.99, 1.0001);

        Task<string> Record(string path, string codec, string file) => Tool.RunAsync(
            Limit, "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", transport, "-i", server.Url(path), "-t", "9", "-c:a", codec,
            folder[file]);
    }

    private static WavSound AtLeast(double seconds, WavSound wave)
    {
        Assert.True(wave.Frames >= seconds * wave.SampleRate, $"only {wave.Frames} frames");
        return wave;
    }
}
