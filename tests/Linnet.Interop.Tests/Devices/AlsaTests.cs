using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Sources.Capture;

namespace Linnet.Interop.Tests.Devices;

/// <summary>ALSA without a sound card: its file device, and its plugin for a PulseAudio server, which has a clock.</summary>
public sealed class AlsaTests : SharedPulseTests
{
    private static readonly AudioFormat Format = new(PulseServer.SampleRate, 2);
    private static readonly TimeSpan Safe = TimeSpan.FromMilliseconds(200);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linnet-alsa-");

    public AlsaTests(PulseServer server)
        : base(server)
    {
        string configuration = Path.Combine(_folder.FullName, "asound.conf");
        File.WriteAllText(configuration, $$"""
            pcm.nothing { type null }
            pcm.into_file { type file slave.pcm nothing file {{FilePath}} format raw }
            pcm.sixteen_bit { type linear slave { pcm into_file format S16_LE } }
            pcm.speaker { type pulse server "{{server.Address}}" device {{PulseServer.OtherSink}} }
            pcm.microphone { type pulse server "{{server.Address}}" device {{PulseServer.OtherSink}}.monitor }

            """);

        AlsaConfiguration.Use(configuration);
    }

    private string FilePath => Path.Combine(_folder.FullName, "sound.raw");

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return base.DisposeAsync();
    }

    [Fact]
    public async Task A_device_with_a_clock_plays_without_gap_or_repeat_and_reports_when_audio_plays()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using MonitorRecording recording = await MonitorRecording.StartAsync(Server, PulseServer.OtherSink, cancellationToken);
        var ramp = new Ramp(2 * PulseServer.SampleRate);

        await using (var device = new AlsaDevice("speaker", TimeProvider.System, Safe))
        {
            Assert.Equal(Format, await device.OpenAsync(Format, cancellationToken));
            await device.RunAsync(ramp.Give, cancellationToken);
            Assert.Equal(0, device.Underruns);
        }

        (int first, int last) = Ramp.FramesIn(await recording.StopAsync());
        Assert.InRange(first, 1, PulseServer.SampleRate / 50);
        Assert.Equal(ramp.Given, last);
        foreach ((long heardAt, long now, _) in ramp.Calls)
        {
            Assert.InRange(TimeProvider.System.GetElapsedTime(now, heardAt).TotalMilliseconds, -20, 600);
        }
    }

    [Fact]
    public async Task A_device_that_accepts_everything_at_once_gets_audio_in_real_time()
    {
        var ramp = new Ramp(PulseServer.SampleRate);
        long start = TimeProvider.System.GetTimestamp();

        await using (var device = new AlsaDevice("into_file", TimeProvider.System, Safe))
        {
            await device.OpenAsync(Format, TestContext.Current.CancellationToken);
            await device.RunAsync(ramp.Give, TestContext.Current.CancellationToken);
        }

        // Not faster than real time; how much slower depends on the machine.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(0.5), TimeSpan.MaxValue);
        Assert.Equal((1, ramp.Given), Ramp.FramesIn(File.ReadAllBytes(FilePath)));
    }

    [Fact]
    public async Task Played_audio_can_be_recorded()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using CaptureSource source = CaptureSource.Open("microphone", TimeProvider.System, Server.Address, cancellationToken);
        Assert.Equal((Format, "microphone"), (source.Format, source.Name));
        await using var device = new PulseDevice(PulseServer.OtherSink, TimeProvider.System, Safe, Server.Address);
        await device.OpenAsync(Format, cancellationToken);
        float[] pcm = new float[2 * 3 * PulseServer.SampleRate];
        int frames = source.Read(pcm, cancellationToken).Frames;

        Task playing = device.RunAsync(new Ramp(PulseServer.SampleRate).Give, cancellationToken);
        while (frames < pcm.Length / 2)
        {
            frames += source.Read(pcm.AsSpan(frames * 2), cancellationToken).Frames;
        }

        await playing;
        (int first, int last) = Ramp.FramesIn(MemoryMarshal.AsBytes(pcm.AsSpan()));
        Assert.InRange(first, 1, PulseServer.SampleRate / 50);
        Assert.Equal(PulseServer.SampleRate, last);
    }

    [Fact]
    public async Task Without_a_sound_server_the_error_names_the_missing_device_and_what_to_do()
    {
        await using IAudioDevice device = AudioDevices.Create(null, TimeProvider.System, server: "unix:/nonexistent/native");

        IOException e = await Assert.ThrowsAsync<IOException>(
            () => device.OpenAsync(Format, TestContext.Current.CancellationToken).AsTask());

        Assert.StartsWith("There is no sound device to play on; start PulseAudio or PipeWire, or choose another output: ", e.Message,
            StringComparison.Ordinal);
        Assert.Contains("(No PulseAudio or PipeWire server answers (", e.Message, StringComparison.Ordinal);
        Assert.Contains("; Cannot open the ALSA device 'default': ", e.Message, StringComparison.Ordinal);
    }
}
