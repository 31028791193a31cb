using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Sources;
using Linnet.Sources.Capture;
using Linnet.Tests;

namespace Linnet.Interop.Tests.Devices;

/// <summary>
/// PortAudio, which Linnet uses on macOS, through its ALSA interface and ALSA's plugin for a PulseAudio server, which has a clock.
/// </summary>
public sealed class PortAudioTests : SharedPulseTests
{
    // The sample rate that PortAudio prefers for devices of this plugin, so that nothing is resampled.
    private const int SlowRate = 44_100;
    private const string SlowSink = "linnet_slow";

    private static readonly AudioFormat Format = new(PulseServer.SampleRate, 2);
    private static readonly TimeSpan Safe = TimeSpan.FromMilliseconds(200);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linnet-portaudio-");

    public PortAudioTests(PulseServer server)
        : base(server)
    {
        string configuration = Path.Combine(_folder.FullName, "asound.conf");
        File.WriteAllText(configuration, $$"""
            pcm.default { type pulse server "{{server.Address}}" device {{PulseServer.Sink}} }
            pcm.speaker { type pulse server "{{server.Address}}" device {{PulseServer.OtherSink}} }
            pcm.microphone { type pulse server "{{server.Address}}" device {{SlowSink}}.monitor }

            """);

        AlsaConfiguration.Use(configuration);
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return base.DisposeAsync();
    }

    [Fact]
    public async Task Audio_plays_without_gap_or_repeat_to_its_last_frame_and_at_the_reported_time()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using MonitorRecording recording = await MonitorRecording.StartAsync(Server, PulseServer.OtherSink, cancellationToken);
        var ramp = new Ramp(2 * PulseServer.SampleRate);

        await using (var device = new PortAudioDevice("speaker", TimeProvider.System, Safe))
        {
            Assert.True(device.HasClock);
            Assert.Equal(Format, await device.OpenAsync(Format, cancellationToken));
            Assert.Equal("speaker", device.Name);
            await device.RunAsync(ramp.Give, cancellationToken);
            Assert.Equal(0, device.Underruns);
        }

        (int first, int last) = Ramp.FramesIn(await recording.StopAsync());
        Assert.InRange(first, 1, PulseServer.SampleRate / 50);
        Assert.Equal(ramp.Given, last);
        AssertPlausible(ramp);
    }

    [Fact]
    public async Task The_playing_thread_allocates_nothing()
    {
        long[] allocated = new long[60];
        int calls = 0;
        await using var device = new PortAudioDevice("speaker", TimeProvider.System, Safe);
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
    public async Task Cancelling_or_disposing_ends_playback_at_once_and_no_call_follows()
    {
        foreach (bool isCancelled in (bool[])[true, false])
        {
            using var stop = new CancellationTokenSource();
            await using var device = new PortAudioDevice(null, TimeProvider.System, Safe);
            await device.OpenAsync(Format, TestContext.Current.CancellationToken);
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            int calls = 0;
            Task running = device.RunAsync(
                (pcm, _) =>
                {
                    calls++;
                    started.TrySetResult();
                    return pcm.Length / 2;
                },
                stop.Token);
            await Task.WhenAny(started.Task, running);

            await (isCancelled ? stop.CancelAsync() : device.DisposeAsync().AsTask());

            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => running.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken));
            int atEnd = calls;
            await Task.Delay(Safe, TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal(atEnd, calls);
        }
    }

    [Fact]
    public async Task An_exception_of_the_callback_ends_playback_and_is_thrown()
    {
        await using var device = new PortAudioDevice("speaker", TimeProvider.System, Safe);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);

        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => device.RunAsync((_, _) => throw new InvalidOperationException("broken"), TestContext.Current.CancellationToken));

        Assert.Equal("broken", e.Message);
    }

    [Fact]
    public async Task A_device_that_failed_can_be_opened_again()
    {
        await using var device = new PortAudioDevice("speaker", TimeProvider.System, Safe);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<IOException>(
            () => device.RunAsync((_, _) => throw new IOException("gone"), TestContext.Current.CancellationToken));

        await device.OpenAsync(Format, TestContext.Current.CancellationToken);

        int calls = 0;
        await device.RunAsync(
            (pcm, _) => calls++ == 2 ? AudioDevice.End : pcm.Length / 2, TestContext.Current.CancellationToken);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task When_the_sound_server_restarts_the_device_is_lost_and_can_be_opened_again()
    {
        var other = new PulseServer();
        await using var ending = other;
        await other.InitializeAsync();
        File.AppendAllText(
            Path.Combine(_folder.FullName, "asound.conf"),
            $$"""pcm.restarted { type pulse server "{{other.Address}}" device {{PulseServer.Sink}} }""" + "\n");
        await using var device = new PortAudioDevice("restarted", TimeProvider.System, Safe);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = device.RunAsync(
            (pcm, _) =>
            {
                started.TrySetResult();
                return pcm.Length / 2;
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAny(started.Task, running);

        await other.RestartAsync();

        await Assert.ThrowsAsync<IOException>(
            () => running.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken));
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);
        int calls = 0;
        await device.RunAsync(
            (pcm, _) => calls++ == 2 ? AudioDevice.End : pcm.Length / 2, TestContext.Current.CancellationToken);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_missing_device_is_reported_in_a_sentence()
    {
        await using IAudioDevice device = AudioDevices.Create("portaudio:nowhere", TimeProvider.System);

        IOException played =
            await Assert.ThrowsAsync<IOException>(() => device.OpenAsync(Format, TestContext.Current.CancellationToken).AsTask());
        IOException recorded = Assert.Throws<IOException>(
            () => CaptureSource.Open(
                "portaudio:nowhere", TimeProvider.System, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(
            "There is no sound device 'portaudio:nowhere'; list the available ones with: linnet devices. "
                + "(PortAudio has no output 'nowhere')",
            played.Message);
        Assert.Equal(
            "There is no sound input 'portaudio:nowhere'; list the available ones with: linnet devices. "
                + "(PortAudio has no input 'nowhere')",
            recorded.Message);
    }

    [Fact]
    public async Task A_part_of_a_name_and_the_default_are_found()
    {
        await using IAudioDevice speaker = AudioDevices.Create("portaudio:Speak", TimeProvider.System);
        await using IAudioDevice byDefault = AudioDevices.Create("portaudio:", TimeProvider.System);

        await speaker.OpenAsync(Format, TestContext.Current.CancellationToken);
        await byDefault.OpenAsync(Format, TestContext.Current.CancellationToken);

        Assert.Equal(("speaker", "default"), (speaker.Name, byDefault.Name));
    }

    [Fact]
    public void Devices_are_listed_with_the_defaults_marked()
    {
        (string, string, bool, bool)[] devices =
            [.. AudioDevices.ListPortAudio().Select(static d => (d.Name, d.Api, d.IsInput, d.IsDefault))];

        Assert.Equal(
            [
                ("default", "portaudio", false, true), ("microphone", "portaudio", false, false), ("speaker", "portaudio", false, false),
                ("default", "portaudio", true, true), ("microphone", "portaudio", true, false), ("speaker", "portaudio", true, false),
            ],
            devices.OrderBy(static d => (d.Item3, d.Item1)));
    }

    [Fact]
    public async Task Played_audio_can_be_recorded()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string module = await Server.PactlAsync(
            "load-module", "module-null-sink", $"sink_name={SlowSink}", "format=float32le", $"rate={SlowRate}", "channels=2");
        using CaptureSource source =
            CaptureSource.Open("portaudio:microphone", TimeProvider.System, cancellationToken: cancellationToken);
        var format = new AudioFormat(SlowRate, 2);
        Assert.Equal(("microphone", format, true), (source.Name, source.Format, source.IsLive));
        await using var device = new PulseDevice(SlowSink, TimeProvider.System, Safe, Server.Address);
        await device.OpenAsync(format, cancellationToken);
        float[] pcm = new float[2 * 3 * format.SampleRate];
        int frames = source.Read(pcm, cancellationToken).Frames;

        Task playing = device.RunAsync(new Ramp(format.SampleRate).Give, cancellationToken);
        while (frames < pcm.Length / 2)
        {
            SourceRead read = source.Read(pcm.AsSpan(frames * 2), cancellationToken);
            Assert.False(read.Discontinuity);
            frames += read.Frames;
        }

        await playing;
        await Server.PactlAsync("unload-module", module);
        (int first, int last) = Ramp.FramesIn(MemoryMarshal.AsBytes(pcm.AsSpan()));
        Assert.InRange(first, 1, format.SampleRate / 50);
        Assert.Equal(format.SampleRate, last);
    }

    private static void AssertPlausible(Ramp ramp)
    {
        TimeProvider time = TimeProvider.System;
        int early = ramp.Calls.Count(call => time.GetElapsedTime(call.Now, call.HeardAt).TotalMilliseconds is > 0 and < 400);

        // A machine that delays the test's threads for long makes requests late. That is rare.
        Assert.InRange(early, ramp.Calls.Count * 9 / 10, ramp.Calls.Count);
        double wholeMs = time.GetElapsedTime(ramp.Calls[0].HeardAt, ramp.Calls[^1].HeardAt).TotalMilliseconds;
        double givenMs = 1000.0 * (ramp.Given - ramp.Calls[^1].Frames) / PulseServer.SampleRate;
        Assert.InRange(wholeMs - givenMs, -100, 100);
    }
}
