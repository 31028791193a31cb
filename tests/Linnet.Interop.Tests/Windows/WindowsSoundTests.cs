using System.Diagnostics;
using System.Runtime.InteropServices;
using Linnet.Interop.Tests.Devices;
using Xunit.Sdk;

namespace Linnet.Interop.Tests.Windows;

/// <summary>Windows' sound devices, which Wine maps to a PulseAudio server: Opus that Windows plays, and sound that it records.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsSoundTests(Wine wine) : IDisposable
{
    private const int Rate = PulseServer.SampleRate;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private const int Attempts = 3;

    // What PulseAudio calls its null sinks and a monitor.
    private static readonly string[] Devices = ["One", "Two", "Monitor of One"];

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_devices_of_the_system_are_listed()
    {
        string devices = await wine.RunLinnetAsync("devices");

        TestContext.Current.TestOutputHelper?.WriteLine(devices);
        Assert.All(Devices, name => Assert.Contains(name, devices, StringComparison.Ordinal));
    }

    [Fact]
    public Task Opus_from_Linux_is_heard_without_a_hole() => PlayAsync(6, isServedByWindows: false);

    [Fact]
    [Trait("Length", "Long")]
    public Task Half_a_minute_of_Opus_from_Linux_is_heard_without_a_hole() => PlayAsync(30, isServedByWindows: false);

    [Fact]
    [Trait("Length", "Long")]
    public Task Half_a_minute_of_Opus_from_Windows_is_heard_without_a_hole() => PlayAsync(30, isServedByWindows: true);

    [Theory]
    [Trait("Length", "Long")]
    [InlineData("mic")]
    [InlineData("mic:Monitor of One")]
    public async Task What_an_input_records_is_served_to_Linux(string source)
    {
        WavSound sweep = Sweep(30);
        sweep.Save(_folder["sweep.wav"]);
        await using Serving server = await wine.ServeAsync($"room={source}", "--live");
        await using Tool recorder = Tool.Start(
            "linnet", "record", server.Url("room/pcm"), _folder["heard.wav"], "--seconds", "34");
        await Until.TrueAsync(() => File.Exists(_folder["heard.wav"]), state: () => recorder.Errors);
        using (Process player = wine.Pulse.Start("paplay", $"--device={PulseServer.Sink}", _folder["sweep.wav"]))
        {
            await player.WaitForExitAsync(Cancelled);
        }

        Assert.True(await recorder.ExitAsync(Limit) == 0, recorder.Errors);
        WavSound heard = WavSound.Load(_folder["heard.wav"]);
        HeardSound.Of(sweep.Channel(0), heard.Channel(0), Rate, edge: 0.2).AssertWhole(atLeastSeconds: 28);
    }

    // Between Wine and PulseAudio a few milliseconds are lost now and then if the machine is busy. Linnet's own faults come every time.
    private async Task PlayAsync(int seconds, bool isServedByWindows)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await PlayOnceAsync(seconds, isServedByWindows);
                return;
            }
            catch (TrueException e) when (attempt < Attempts)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"Attempt {attempt}: {e.Message}");
            }
        }
    }

    private async Task PlayOnceAsync(int seconds, bool isServedByWindows)
    {
        WavSound sweep = Sweep(seconds);
        sweep.Save(_folder["sweep.wav"]);
        await using Serving server = isServedByWindows
            ? await wine.ServeAsync(Wine.PathOf(_folder["sweep.wav"]), "--once")
            : await Serving.StartAsync(_folder["sweep.wav"], "--once");
        using MonitorRecording recording = await MonitorRecording.StartAsync(wine.Pulse, PulseServer.Sink, Cancelled);

        string said = await wine.PlayWithLinnetAsync("play", server.Url("sweep/opus"), "--latency", "400", "--stats", "json");
        byte[] bytes = await recording.StopAsync();

        TestContext.Current.TestOutputHelper?.WriteLine(said.TrimEnd().Split('\n')[^1]);
        float[] pcm = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(0, bytes.Length / 8 * 8)).ToArray();
        for (int channel = 0; channel < 2; channel++)
        {
            float[] heard = [.. Enumerable.Range(0, pcm.Length / 2).Select(i => pcm[(2 * i) + channel])];
            HeardSound.Of(sweep.Channel(channel), heard, Rate, edge: 0.2).AssertWhole(atLeastSeconds: seconds - 1);
        }
    }

    // Slow, so that a sample more or less changes little.
    private static WavSound Sweep(int seconds) => WavSound.Sweep(Rate, 2, seconds, speed: 450.0 / seconds);
}
