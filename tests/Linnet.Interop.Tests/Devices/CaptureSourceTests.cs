using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Playback.Devices;
using Linnet.Sources;
using Linnet.Sources.Capture;

namespace Linnet.Interop.Tests.Devices;

public sealed class CaptureSourceTests(PulseServer server) : SharedPulseTests(server)
{
    private static readonly AudioFormat Format = new(PulseServer.SampleRate, 2);

    [Theory]
    [InlineData("monitor", PulseServer.Sink)]
    [InlineData(PulseServer.OtherSink, PulseServer.OtherSink)]
    [InlineData(PulseServer.OtherSink + ".monitor", PulseServer.OtherSink)]
    public async Task Audio_played_on_this_machine_is_recorded_without_gap_or_repeat(string name, string sink)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using CaptureSource source = CaptureSource.Open(name, TimeProvider.System, Server.Address, cancellationToken);
        Assert.Equal(Format, source.Format);
        Assert.Equal($"{sink}.monitor", source.Name);
        Assert.True(source.IsLive);
        Assert.Equal((0, null), (source.BitDepth, source.Duration));

        const int Frames = 2 * PulseServer.SampleRate;
        await using var device = new PulseDevice(sink, TimeProvider.System, TimeSpan.FromMilliseconds(200), Server.Address);
        await device.OpenAsync(Format, cancellationToken);
        float[] pcm = new float[2 * 4 * PulseServer.SampleRate];
        int frames = source.Read(pcm, cancellationToken).Frames;
        Task playing = device.RunAsync(new Ramp(Frames).Give, cancellationToken);
        while (frames < pcm.Length / 2)
        {
            SourceRead read = source.Read(pcm.AsSpan(frames * 2), cancellationToken);
            Assert.False(read.Discontinuity);
            frames += read.Frames;
        }

        await playing;
        (int first, int last) = Ramp.FramesIn(MemoryMarshal.AsBytes(pcm.AsSpan()));
        Assert.InRange(first, 1, PulseServer.SampleRate / 50);
        Assert.Equal(Frames, last);
    }

    [Fact]
    public void Waiting_for_audio_can_be_cancelled()
    {
        using CaptureSource source = CaptureSource.Open(null, TimeProvider.System, Server.Address, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        Assert.ThrowsAny<OperationCanceledException>(() => ReadOn(source, stop.Token));
    }

    /// <summary>Reads until the source throws.</summary>
    internal static void ReadOn(CaptureSource source, CancellationToken cancellationToken)
    {
        float[] pcm = new float[2 * PulseServer.SampleRate];
        while (true)
        {
            source.Read(pcm, cancellationToken);
        }
    }

    [Fact]
    public void A_missing_device_is_reported_in_a_sentence()
    {
        IOException e = Assert.Throws<IOException>(
            () => CaptureSource.Open("nowhere", TimeProvider.System, Server.Address, TestContext.Current.CancellationToken));

        Assert.StartsWith(
            "There is no sound input 'nowhere'; list the available ones with: linnet devices. (The sound server has no input 'nowhere'; "
                + "Cannot open",
            e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_are_listed_with_defaults_and_monitors_marked()
    {
        IReadOnlyList<AudioDeviceInfo> devices =
            await AudioDevices.ListAsync(TimeProvider.System, Server.Address, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                new AudioDeviceInfo(PulseServer.Sink, "One", "pulse", IsInput: false, IsDefault: true),
                new AudioDeviceInfo(PulseServer.OtherSink, "Two", "pulse", IsInput: false, IsDefault: false),
                new AudioDeviceInfo(
                    $"{PulseServer.Sink}.monitor", "Monitor of One", "pulse", IsInput: true, IsDefault: true, PulseServer.Sink),
                new AudioDeviceInfo(
                    $"{PulseServer.OtherSink}.monitor", "Monitor of Two", "pulse", IsInput: true, IsDefault: false, PulseServer.OtherSink),
            ],
            devices);
    }
}
