using System.Globalization;
using Linnet.Interop.Tests.Networks;

namespace Linnet.Interop.Tests.Samples;

/// <summary>The programs in <c>samples</c>, run as they are: each serves at the usual ports of a host of its own.</summary>
public class SampleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_a_program_synthesises_is_received_by_another_in_its_callback()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        await using Tool server = network.OnServer(FileOf("Synthesise"));
        await ListensAsync(network);
        await using Tool player = network.OnClient(FileOf("Receive"), $"rtsp://{BadNetwork.Server}/tone/pcm");

        // A sine of a quarter of full scale.
        Assert.InRange(await PeakAsync(player), 0.24, 0.26);
        Assert.InRange(await PeakAsync(player), 0.24, 0.26);
    }

    [Fact]
    public async Task A_source_of_a_program_is_played_on_a_device_of_another()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        await using Tool server = network.OnServer(FileOf("OwnSource"));
        await ListensAsync(network);
        await using Tool player = network.OnClient(FileOf("OwnDevice"), $"rtsp://{BadNetwork.Server}/noise");

        // White noise of at most 0.125; Opus makes some peaks higher.
        Assert.InRange(await PeakAsync(player), 0.05, 0.4);
    }

    [Fact]
    public async Task A_file_that_a_program_sends_is_recorded_by_another_to_its_end()
    {
        using var folder = new TempFolder();
        var sound = WavSound.Noise(48_000, channels: 1, bits: 16, seconds: 1);
        sound.Save(folder["song.wav"]);
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        await using Tool server = network.OnServer(FileOf("Send"), folder["song.wav"]);
        await ListensAsync(network);
        await using Tool player = network.OnClient(FileOf("Play"), $"rtsp://{BadNetwork.Server}/song/pcm", folder["out.wav"]);

        Assert.Equal((0, 0), (await player.ExitAsync(Limit), await server.ExitAsync(Limit)));

        Assert.Equal(sound.Samples, WavSound.Load(folder["out.wav"]).Samples);
    }

    /// <summary>The next peak above zero that a program prints.</summary>
    private static async Task<double> PeakAsync(Tool player)
    {
        while (true)
        {
            string line = await player.LineAsync("", Limit);
            double peak = double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            if (peak > 0.01)
            {
                return peak;
            }
        }
    }

    /// <summary>The program of a sample: it was built beside this one.</summary>
    private static string FileOf(string sample)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Join(output.Parent!.Parent!.FullName, sample, output.Name, sample);
    }

    private static async Task ListensAsync(BadNetwork network)
    {
        while ((await network.RunAsync(0, "ss", "-Htln", "sport = :8554")).Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
