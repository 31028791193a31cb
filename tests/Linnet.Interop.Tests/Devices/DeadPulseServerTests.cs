using System.Diagnostics;
using Linnet.Audio;
using Linnet.Playback.Devices;
using Linnet.Sources.Capture;

namespace Linnet.Interop.Tests.Devices;

/// <summary>Servers that crash, hang or do not exist. Each test kills a server of its own.</summary>
public sealed class DeadPulseServerTests
{
    private static readonly AudioFormat Format = new(PulseServer.SampleRate, 2);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_server_killed_during_playback_and_recording_is_reported_in_a_sentence()
    {
        await using var server = new PulseServer();
        await server.InitializeAsync();
        await using var device = new PulseDevice(null, TimeProvider.System, server: server.Address);
        using CaptureSource source =
            CaptureSource.Open("monitor", TimeProvider.System, server.Address, TestContext.Current.CancellationToken);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);
        Task playing = device.RunAsync((pcm, _) => pcm.Length / 2, TestContext.Current.CancellationToken);
        float[] pcm = new float[9600];
        Assert.NotEqual(0, source.Read(pcm, TestContext.Current.CancellationToken).Frames);

        server.Process.Kill();

        IOException heard =
            await Assert.ThrowsAsync<IOException>(
                () => playing.WaitAsync(Soon, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.StartsWith("The sound server does not answer (", heard.Message, StringComparison.Ordinal);
        using var limit = new CancellationTokenSource(Soon);
        IOException recorded = Assert.Throws<IOException>(() => CaptureSourceTests.ReadOn(source, limit.Token));
        Assert.StartsWith("The sound server does not answer (", recorded.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loss_of_the_last_output_is_reported_in_a_sentence()
    {
        await using var server = new PulseServer();
        await server.InitializeAsync();
        await using var device = new PulseDevice(null, TimeProvider.System, server: server.Address);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);
        Task playing = device.RunAsync((pcm, _) => pcm.Length / 2, TestContext.Current.CancellationToken);

        await server.PactlAsync("unload-module", "module-null-sink");

        IOException e =
            await Assert.ThrowsAsync<IOException>(
                () => playing.WaitAsync(Soon, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Matches(@"^The sound device linnet_(one|two) is gone \(.+\)\.$", e.Message);
    }

    [Fact]
    public async Task A_server_that_hangs_times_out_within_seconds()
    {
        await using var server = new PulseServer();
        await server.InitializeAsync();
        using (Process stop = Process.Start("kill", ["-STOP", $"{server.Process.Id}"]))
        {
            await stop.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using var device = new PulseDevice(null, TimeProvider.System, server: server.Address);

        IOException e = await Assert.ThrowsAsync<IOException>(
            () => device.OpenAsync(Format, TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(Soon, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal("The sound server has not answered for 3 s. Check that PulseAudio or PipeWire works.", e.Message);
    }

    [Fact]
    public async Task A_missing_server_is_reported_in_a_sentence()
    {
        await using var device = new PulseDevice(null, TimeProvider.System, server: "unix:/nonexistent/native");

        IOException e =
            await Assert.ThrowsAsync<IOException>(() => device.OpenAsync(Format, TestContext.Current.CancellationToken).AsTask());

        Assert.StartsWith("No PulseAudio or PipeWire server answers (", e.Message, StringComparison.Ordinal);
        Assert.Empty(await AudioDevices.ListAsync(TimeProvider.System, "unix:/nonexistent/native", TestContext.Current.CancellationToken));
    }
}
