namespace Linnet.Interop.Tests.Listeners;

/// <summary>GStreamer's rtspsrc listens to our server, like any third-party client.</summary>
public class GStreamerListenerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Records_l16_and_l24_bit_exactly_and_opus_closely_from_a_server_with_two_stations(string transport)
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(48_000, 2, 24, 8);
        WavSound sweeps = WavSound.Sweep(48_000, 2, 8);
        noise.Save(folder["noise.wav"]);
        sweeps.Save(folder["sweeps.wav"]);
        await using Serving server = await Serving.StartAsync(folder["noise.wav"], folder["sweeps.wav"], "--once");

        // They end by themselves: the station ends with a BYE.
        await Task.WhenAll(
            Record("noise/l24", "rtpL24depay ! audioconvert ! audio/x-raw,format=S24LE", "l24.wav"),
            Record("sweeps/l16", "rtpL16depay ! audioconvert ! audio/x-raw,format=S16LE", "l16.wav"),
            Record("sweeps", "rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,format=S16LE", "opus.wav"));

        noise.FindRun(WavSound.Load(folder["l24.wav"]));
        sweeps.FindRun(WavSound.Load(folder["l16.wav"]));
        Assert.InRange(WavSound.Load(folder["l16.wav"]).Frames, 7.5 * 48_000, 8 * 48_000);
        WavSound opus = WavSound.Load(folder["opus.wav"]);
        Assert.InRange(opus.Frames, 7.5 * 48_000, 8.1 * 48_000);
        Assert.InRange(Correlation.Of(sweeps.Channel(0), opus.Channel(0).AsSpan(4_800)).Value, 0.99, 1.0001);

        Task Record(string path, string decode, string file) => Tool.RunPipelineAsync(
            Limit,
            ["rtspsrc", $"location={server.Url(path)}", $"protocols={transport}", "latency=200", "!", .. decode.Split(' '), "!", "wavenc",
                "!", "filesink", $"location={folder[file]}"]);
    }
}
