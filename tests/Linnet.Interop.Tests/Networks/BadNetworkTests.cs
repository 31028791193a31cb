using System.Text.Json;

namespace Linnet.Interop.Tests.Networks;

/// <summary>Real programs across a network that loses every tenth packet, in both directions: sound, reports and requests alike.</summary>
public class BadNetworkTests
{
    private const double Seconds = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Strangers_play_on_while_a_tenth_is_lost_over_UDP_and_over_TCP()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 10, tcpLoss: 10);
        using var folder = new TempFolder();
        await using Tool server = await ServeAsync(network, "tone:440");

        await Task.WhenAll(
            ByFfmpegAsync("udp", "ffmpeg-udp.wav"),
            ByFfmpegAsync("tcp", "ffmpeg-tcp.wav"),
            ByGStreamerAsync("udp", "gst-udp.wav"),
            ByGStreamerAsync("tcp", "gst-tcp.wav"));

        // What is lost over UDP is lost to them: nobody repairs for strangers. Over TCP all comes, if later.
        AssertHeard(folder["ffmpeg-udp.wav"], least: 0.80);
        AssertHeard(folder["ffmpeg-tcp.wav"], least: 0.97);
        AssertHeard(folder["gst-udp.wav"], least: 0.80);
        AssertHeard(folder["gst-tcp.wav"], least: 0.97);

        async Task ByFfmpegAsync(string transport, string file)
        {
            await using Tool tool = network.OnClient(
                "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", transport, "-i", Url("tone"), "-t", $"{Seconds}", "-c:a", "pcm_s16le", folder[file]);
            Assert.Equal(0, await tool.ExitAsync(Limit));
        }

        async Task ByGStreamerAsync(string transport, string file)
        {
            await using Tool tool = network.OnClient(
                "gst-launch-1.0", "-q", "-e", "rtspsrc", $"location={Url("tone")}", $"protocols={transport}", "latency=200",
                "!", "rtpopusdepay", "!", "opusdec", "!", "audioconvert", "!", "audio/x-raw,format=S16LE", "!", "wavenc", "!", "filesink", $"location={folder[file]}");
            await WaitForSizeAsync(folder[file], (long)(Seconds * 48_000 * 4));
            await tool.InterruptAsync();
            await tool.ExitAsync(Limit);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public async Task What_our_player_lost_is_what_the_network_lost(int loss)
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: loss);
        using var folder = new TempFolder();
        await using Tool server = await ServeAsync(network, "tone:440");

        await using Tool player = network.OnClient(
            "linnet", "play", Url("tone"), "--transport", "udp", "--output", folder["out.wav"], "--seconds", "15", "--stats", "json");
        Assert.Equal(0, await player.ExitAsync(Limit));

        JsonElement last = JsonDocument.Parse(player.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal(15 * 48_000, WavSound.Load(folder["out.wav"]).Frames);

        // Whether repaired or not. Five standard deviations of what so many packets can give.
        long repaired = last.TryGetProperty("repair", out JsonElement repair) ? repair.GetProperty("repaired").GetInt64() : 0;
        double share = loss / 100.0;
        Assert.InRange(last.GetProperty("lost").GetInt64() + repaired, Expect(-5), Expect(5));

        double Expect(double deviations) => (750 * share) + (deviations * Math.Sqrt(750 * share * (1 - share)));
    }

    private static string Url(string station) => $"rtsp://{BadNetwork.Server}:8554/{station}";

    private static async Task<Tool> ServeAsync(BadNetwork network, params string[] arguments)
    {
        Tool tool = network.OnServer("linnet", ["serve", .. arguments, "--bind", BadNetwork.Server]);
        await tool.LineAsync("Listen with: ", TimeSpan.FromSeconds(60));
        return tool;
    }

    private static async Task WaitForSizeAsync(string file, long bytes)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Limit);
        while (!File.Exists(file) || new FileInfo(file).Length < bytes)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, late.Token);
        }
    }

    // A tone is loud wherever it was heard and quiet where it was not.
    private static void AssertHeard(string file, double least)
    {
        WavSound sound = WavSound.Load(file);
        float[] left = sound.Channel(0);
        int window = sound.SampleRate / 100;
        int heard = left.Chunk(window).Count(w => w.Average(s => s * s) > 0.001);
        Assert.True(heard >= least * left.Length / window, $"{file}: only {heard} of {left.Length / window} windows are sound");
        Assert.InRange(left.Length, 0.8 * Seconds * sound.SampleRate, 2 * Seconds * sound.SampleRate);
    }
}
