using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Linnet.Interop.Tests.Devices;

/// <summary>Sound servers that restart, hang and move streams while <c>linnet play</c> uses them.</summary>
public sealed class MovingDeviceTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly PulseServer _pulse = new();
    private readonly CancellationTokenSource _limit =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        _limit.CancelAfter(Limit);
        await _pulse.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _pulse.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task Playback_continues_after_the_sound_server_restarts()
    {
        await using Serving server = await Serving.StartAsync("tone");
        using var player = new Playing(_pulse, server.Url("tone"), "default");
        await player.UntilAsync(static s => s.State == "playing", _limit.Token);

        await _pulse.RestartAsync();

        Stats after = await player.UntilAsync(static s => s.State == "playing" && s.DeviceReopens == 1, _limit.Token);

        // With ALSA's PulseAudio plugin, ALSA's default device may be available a moment earlier: the same sink by another way.
        Assert.Contains(after.Output, (string?[])[PulseServer.Sink, "default"]);
        await HeardAsync(PulseServer.Sink);
    }

    [Fact]
    public async Task Playback_leaves_a_sound_server_that_hangs_and_returns_to_it()
    {
        await using Serving server = await Serving.StartAsync("tone");
        using var player = new Playing(_pulse, server.Url("tone"), "default");
        await player.UntilAsync(static s => s.State == "playing", _limit.Token);

        await SignalAsync("-STOP");
        await player.UntilAsync(static s => s.State == "no device", _limit.Token);
        await SignalAsync("-CONT");

        await player.UntilAsync(static s => s.State == "playing" && s.DeviceReopens == 1, _limit.Token);
        await HeardAsync(PulseServer.Sink);
    }

    [Fact]
    public async Task When_an_output_disappears_playback_moves_to_the_default_output()
    {
        await using Serving server = await Serving.StartAsync("tone");
        using var player = new Playing(_pulse, server.Url("tone"), $"pulse:{PulseServer.OtherSink}");
        await player.UntilAsync(static s => s.State == "playing" && s.Output == PulseServer.OtherSink, _limit.Token);

        string[] modules = (await _pulse.PactlAsync("list", "short", "modules")).Split('\n');
        string module = modules.First(static m => m.Contains(PulseServer.OtherSink, StringComparison.Ordinal)).Split('\t')[0];
        await _pulse.PactlAsync("unload-module", module);

        await player.UntilAsync(static s => s.State == "playing" && s.Output == PulseServer.Sink, _limit.Token);
        await HeardAsync(PulseServer.Sink);
    }

    [Fact]
    public async Task Playback_follows_a_change_of_the_default_output()
    {
        await using Serving server = await Serving.StartAsync("tone");
        using var player = new Playing(_pulse, server.Url("tone"), "default");
        await player.UntilAsync(static s => s.State == "playing" && s.Output == PulseServer.Sink, _limit.Token);

        await _pulse.PactlAsync("set-default-sink", PulseServer.OtherSink);

        await player.UntilAsync(static s => s.State == "playing" && s.Output == PulseServer.OtherSink, _limit.Token);
        await HeardAsync(PulseServer.OtherSink);
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [signal, $"{_pulse.Process.Id}"]);
        await kill.WaitForExitAsync(_limit.Token);
    }

    /// <summary>Records a sink until it plays audio.</summary>
    private async Task HeardAsync(string sink)
    {
        using Process parec =
            _pulse.Start("parec", $"--device={sink}.monitor", "--raw", "--format=float32le", "--channels=2", "--latency-msec=20");
        byte[] bytes = new byte[8000];
        float peak = 0;
        while (peak < 0.05f)
        {
            await parec.StandardOutput.BaseStream.ReadExactlyAsync(bytes, _limit.Token);
            foreach (float sample in MemoryMarshal.Cast<byte, float>(bytes))
            {
                peak = Math.Max(peak, Math.Abs(sample));
            }
        }

        parec.Kill();
    }

    private sealed record Stats(string State, int DeviceReopens, string Output);

    /// <summary>A <c>linnet play --stats json</c>.</summary>
    private sealed class Playing(PulseServer pulse, string url, string output) : IDisposable
    {
        private static readonly JsonSerializerOptions Json =
            new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        private readonly Process _process = pulse.Start(
            Path.Combine(AppContext.BaseDirectory, "Linnet.Cli"), "play", url, "--output", output, "--stats", "json");

        /// <summary>Reads the player's statistics until the condition is true.</summary>
        public async Task<Stats> UntilAsync(Func<Stats, bool> condition, CancellationToken cancellationToken)
        {
            while (true)
            {
                string line = await _process.StandardOutput.ReadLineAsync(cancellationToken)
                    ?? throw new InvalidOperationException("The player has ended.");
                Stats stats = JsonSerializer.Deserialize<Stats>(line, Json)!;
                if (condition(stats))
                {
                    return stats;
                }
            }
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
