using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests;

namespace Linnet.Interop.Tests.Devices;

public sealed class PulseDeviceTests(PulseServer server) : SharedPulseTests(server)
{
    // Below 100 ms a null sink sometimes stumbles on a busy machine.
    private static readonly TimeSpan Safe = TimeSpan.FromMilliseconds(200);
    private static readonly AudioFormat Format = new(PulseServer.SampleRate, 2);

    [Fact]
    public async Task Audio_plays_without_gap_or_repeat_and_at_the_reported_time()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using MonitorRecording recording = await MonitorRecording.StartAsync(Server, PulseServer.Sink, cancellationToken);
        const int Frames = 5 * PulseServer.SampleRate;
        var ramp = new Ramp(Frames);

        await using (PulseDevice device = Device(PulseServer.Sink))
        {
            Assert.True(device.HasClock);
            Assert.Equal(Format, await device.OpenAsync(Format, cancellationToken));
            Assert.Equal(PulseServer.Sink, device.Name);
            await device.RunAsync(ramp.Give, cancellationToken);
            Assert.Equal(0, device.Underruns);
        }

        // The sink may swallow the first 20 ms of a stream, but never the end.
        (int first, int last) = Ramp.FramesIn(await recording.StopAsync());
        Assert.InRange(first, 1, PulseServer.SampleRate / 50);
        Assert.Equal(Frames, last);
        AssertPlausible(ramp);
    }

    [Fact]
    public async Task The_playing_thread_allocates_nothing()
    {
        long[] allocated = new long[100];
        int calls = 0;
        await using PulseDevice device = Device(PulseServer.OtherSink);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);

        await device.RunAsync(
            (pcm, _) =>
            {
                allocated[calls] = GC.GetAllocatedBytesForCurrentThread();
                return ++calls == allocated.Length ? AudioDevice.End : pcm.Length / 2;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(0, Allocations.Between(allocated.AsSpan(10)));
    }

    [Fact]
    public async Task Mono_and_six_channels_are_accepted_at_any_rate()
    {
        foreach (AudioFormat format in (AudioFormat[])[new(8_000, 1), new(96_000, 6), new(44_100, 8)])
        {
            int calls = 0;
            await using PulseDevice device = Device(PulseServer.OtherSink);
            Assert.Equal(format, await device.OpenAsync(format, TestContext.Current.CancellationToken));
            await device.RunAsync(
                (pcm, _) => calls++ == 5 ? AudioDevice.End : pcm.Length / format.Channels, TestContext.Current.CancellationToken);
            Assert.Equal(6, calls);
        }
    }

    [Fact]
    public async Task The_default_sink_is_used_if_none_is_named()
    {
        await using PulseDevice device = Device(null);

        await device.OpenAsync(Format, TestContext.Current.CancellationToken);

        Assert.Equal(PulseServer.Sink, device.Name);
    }

    [Fact]
    public async Task Cancelling_or_disposing_ends_playback_at_once()
    {
        using var stop = new CancellationTokenSource();
        await using PulseDevice cancelled = Device(PulseServer.OtherSink);
        await using PulseDevice disposed = Device(PulseServer.OtherSink);
        foreach (PulseDevice device in (PulseDevice[])[cancelled, disposed])
        {
            await device.OpenAsync(Format, TestContext.Current.CancellationToken);
            (Task running, Task started) = Run(device, stop.Token);
            await started;

            await (device == cancelled ? stop.CancelAsync() : device.DisposeAsync().AsTask());

            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => running.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_missing_device_is_reported_in_a_sentence()
    {
        await using PulseDevice device = Device("nowhere");

        IOException e =
            await Assert.ThrowsAsync<IOException>(() => device.OpenAsync(Format, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal("The sound server does not have the sound device 'nowhere'.", e.Message);
    }

    [Fact]
    public async Task When_its_output_disappears_playback_continues_on_the_default_output()
    {
        string module = await Server.PactlAsync("load-module", "module-null-sink", "sink_name=shortlived");
        await using PulseDevice device = Device("shortlived");
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        (Task running, Task started) = Run(device, stop.Token);
        await started;

        await Server.PactlAsync("unload-module", module);
        using (MonitorRecording recording =
            await MonitorRecording.StartAsync(Server, PulseServer.Sink, TestContext.Current.CancellationToken))
        {
            Assert.False(running.IsCompleted);
            Assert.Equal(PulseServer.Sink, device.Name);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static (Task Running, Task Started) Run(PulseDevice device, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = device.RunAsync(
            (pcm, _) =>
            {
                started.TrySetResult();
                return pcm.Length / 2;
            },
            cancellationToken);
        return (running, Task.WhenAny(started.Task, running));
    }

    private static void AssertPlausible(Ramp ramp)
    {
        TimeProvider time = TimeProvider.System;
        int early = 0;
        for (int i = 1; i < ramp.Calls.Count; i++)
        {
            Assert.True(ramp.Calls[i].HeardAt > ramp.Calls[i - 1].HeardAt, $"call {i} plays before the previous one");
            early += time.GetElapsedTime(ramp.Calls[i].Now, ramp.Calls[i].HeardAt).TotalMilliseconds is > 0 and < 300 ? 1 : 0;
        }

        // A machine that delays the test's threads for long makes requests late. That is rare.
        Assert.InRange(early, ramp.Calls.Count * 9 / 10, ramp.Calls.Count);
        double wholeMs = time.GetElapsedTime(ramp.Calls[0].HeardAt, ramp.Calls[^1].HeardAt).TotalMilliseconds;
        double givenMs = 1000.0 * (ramp.Given - ramp.Calls[^1].Frames) / PulseServer.SampleRate;
        Assert.InRange(wholeMs - givenMs, -60, 60);
    }

    private PulseDevice Device(string? sink) => new(sink, TimeProvider.System, Safe, Server.Address);
}
