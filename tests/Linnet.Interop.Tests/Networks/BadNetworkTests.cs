using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Linnet.Interop.Tests.Networks;

/// <summary>Real programs across a network that drops every tenth packet in both directions: audio, reports and requests alike.</summary>
public partial class BadNetworkTests
{
    private const double Seconds = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Other_players_keep_playing_with_a_tenth_of_packets_lost_over_UDP_and_over_TCP()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 10, tcpLoss: 10);
        using var folder = new TempFolder();
        await using Tool server = await ServeAsync(network, "tone:440");

        await Task.WhenAll(
            ByFfmpegAsync("udp", "ffmpeg-udp.wav"),
            ByFfmpegAsync("tcp", "ffmpeg-tcp.wav"),
            ByGStreamerAsync("udp", "gst-udp.wav"),
            ByGStreamerAsync("tcp", "gst-tcp.wav"));

        // Other players do not request repair: packets lost over UDP stay lost. Over TCP everything arrives, if later.
        AssertHeard(folder["ffmpeg-udp.wav"], least: 0.80);
        AssertHeard(folder["ffmpeg-tcp.wav"], least: 0.97);
        AssertHeard(folder["gst-udp.wav"], least: 0.80);
        AssertHeard(folder["gst-tcp.wav"], least: 0.97);

        async Task ByFfmpegAsync(string transport, string file)
        {
            await using Tool tool = network.OnClient(
                "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", transport, "-i", Url("tone"), "-t", $"{Seconds}", "-c:a",
                "pcm_s16le", folder[file]);
            Assert.Equal(0, await tool.ExitAsync(Limit));
        }

        async Task ByGStreamerAsync(string transport, string file)
        {
            await using Tool tool = network.OnClient(
                "gst-launch-1.0", "-q", "-e", "rtspsrc", $"location={Url("tone")}", $"protocols={transport}", "latency=200",
                "!", "rtpopusdepay", "!", "opusdec", "!", "audioconvert", "!", "audio/x-raw,format=S16LE", "!", "wavenc", "!", "filesink",
                $"location={folder[file]}");
            await WaitForSizeAsync(folder[file], (long)(Seconds * 48_000 * 4));
            await tool.InterruptAsync();
            await tool.ExitAsync(Limit);
        }
    }

    [Fact]
    public async Task A_client_without_repair_is_sent_no_repair()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 10, tcpLoss: 10);
        await using Tool server = await ServeAsync(network, "tone:440");

        await using Tool client = network.OnClient(
            "python3", Path.Combine(AppContext.BaseDirectory, "Networks", "plain-rtsp-client.py"), BadNetwork.Server, "8554", "tone",
            $"{Seconds}");
        Assert.True(await client.ExitAsync(Limit) == 0, client.Errors);

        Match heard = Heard().Match(client.Output);
        Assert.True(heard.Success, client.Output);
        AssertShare(0.10, Number(heard, 2), Number(heard, 1) + Number(heard, 2));
        Assert.InRange(Number(heard, 1), Seconds * 50 * 0.7, Seconds * 50 * 1.2);
        Assert.Equal(("1", "1"), (heard.Groups[3].Value, heard.Groups[4].Value));
        Assert.Matches("(?m)^offer m=audio [0-9]+ RTP/AVP [0-9]+\r?$", client.Output);
    }

    [Fact]
    public Task Our_player_repairs_losses_of_the_network()
    {
        return Task.WhenAll(TryAsync(5), TryAsync(10));

        static async Task TryAsync(int loss)
        {
            await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: loss);
            await using Tool server = await ServeAsync(network, "tone:440");

            JsonElement last = await PlayAsync(network.OnClient, Url("tone"));

            (long sent, long lost) = await network.CountSoundAsync();
            AssertRepaired(last, loss / 100.0, sent, lost);
        }
    }

    [Fact]
    public async Task Our_player_repairs_simulated_losses()
    {
        await using Serving server = await Serving.StartAsync("tone:440");
        await Task.WhenAll(TryAsync(5), TryAsync(10));

        async Task TryAsync(int loss)
        {
            JsonElement last = await PlayAsync(Tool.Start, server.Url("tone"), "--impair", $"loss={loss}%,seed={loss}");

            JsonElement impairment = last.GetProperty("impairment");
            JsonElement rtp = impairment.GetProperty("rtp");
            AssertRepaired(last, loss / 100.0, rtp.GetProperty("taken").GetInt64(), rtp.GetProperty("dropped").GetInt64());
            Assert.True(impairment.GetProperty("feedback").GetProperty("taken").GetInt64() > 10, "Requests were not impaired.");
        }
    }

    private static async Task<JsonElement> PlayAsync(Func<string, string[], Tool> start, string url, params string[] arguments)
    {
        using var folder = new TempFolder();
        await using Tool player = start(
            "linnet", ["play", url, "--transport", "udp", "--output", folder["out.wav"], "--seconds", "15", "--stats", "json",
                .. arguments]);
        Assert.Equal(0, await player.ExitAsync(Limit));

        Assert.Equal(15 * 48_000, WavSound.Load(folder["out.wav"]).Frames);
        AssertHeard(folder["out.wav"], least: 0.95, seconds: 15);
        return JsonDocument.Parse(player.Output.TrimEnd().Split('\n')[^1]).RootElement;
    }

    // The first request is sent after a packet time, and there is time for several: in simulations less than one packet in a thousand stays
    // lost. A busy machine may be late with some.
    private static void AssertRepaired(JsonElement player, double share, long sent, long lost)
    {
        long received = player.GetProperty("received").GetInt64();
        long missed = player.GetProperty("lost").GetInt64();
        long originals = missed + player.GetProperty("repair").GetProperty("repaired").GetInt64();
        AssertShare(share, originals, received + originals);
        Assert.InRange(missed + player.GetProperty("late").GetInt64(), 0, 0.25 * originals);

        // All other packets sent and lost are retransmissions, and a few packets were in flight at the end.
        const int UnderWay = 15;
        Assert.InRange(sent, received + originals - UnderWay, double.PositiveInfinity);
        Assert.InRange(lost - originals, -UnderWay, sent - (received + originals) + UnderWay);
    }

    private static void AssertShare(double share, long count, long of)
    {
        double deviation = Math.Sqrt(of * share * (1 - share));
        Assert.InRange(count, (of * share) - (5 * deviation), (of * share) + (5 * deviation));
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

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

    // The tone is loud in audio that arrived and quiet elsewhere.
    private static void AssertHeard(string file, double least, double seconds = Seconds)
    {
        WavSound sound = WavSound.Load(file);
        float[] left = sound.Channel(0);
        int window = sound.SampleRate / 100;
        int heard = left.Chunk(window).Count(w => w.Average(s => s * s) > 0.001);
        Assert.True(heard >= least * left.Length / window, $"{file}: only {heard} of {left.Length / window} windows are sound");
        Assert.InRange(left.Length, 0.8 * seconds * sound.SampleRate, 2 * seconds * sound.SampleRate);
    }

    [GeneratedRegex("packets ([0-9]+) missing ([0-9]+) types ([0-9]+) sources ([0-9]+)")]
    private static partial Regex Heard();
}
