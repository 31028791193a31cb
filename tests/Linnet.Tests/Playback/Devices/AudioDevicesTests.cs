using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;

namespace Linnet.Tests.Playback.Devices;

public class AudioDevicesTests
{
    private static readonly AudioFormat Format = new(48_000, 2);

    [Theory]
    [InlineData(null, "default", true, typeof(FirstDevice))]
    [InlineData("default", "default", true, typeof(FirstDevice))]
    [InlineData("null", "null", true, typeof(NullDevice))]
    [InlineData("-", "standard output", false, typeof(PipeDevice))]
    [InlineData("a/b.WAV", "a/b.WAV", false, typeof(WavFileDevice))]
    [InlineData("pulse:a:b", "pulse:a:b", true, typeof(FirstDevice))]
    [InlineData("alsa:hw:0,0", "alsa:hw:0,0", true, typeof(FirstDevice))]
    [InlineData("portaudio:a b", "portaudio:a b", true, typeof(FirstDevice))]
    [InlineData("speakers", "speakers", true, typeof(FirstDevice))]
    [InlineData("pulsed", "pulsed", true, typeof(FirstDevice))]
    public async Task A_name_selects_a_device(string? output, string name, bool hasClock, Type type)
    {
        await using IAudioDevice device = AudioDevices.Create(output, TimeProvider.System);

        Assert.IsType(type, device);
        Assert.Equal((name, hasClock), (device.Name, device.HasClock));
    }

    [Fact]
    public async Task The_bit_depth_reaches_the_file()
    {
        await using IAudioDevice device = AudioDevices.Create("a.wav", TimeProvider.System, bitDepth: 24);

        Assert.Equal(24, device.BitDepth);
    }

    [Fact]
    public async Task The_first_device_that_opens_is_used()
    {
        await using var device = new FirstDevice(
            "any", "There is none.", new WavFileDevice("/nonexistent/a.wav", TimeProvider.System), new NullDevice(TimeProvider.System));

        Assert.Equal(Format, await device.OpenAsync(Format, TestContext.Current.CancellationToken));
        Assert.Equal("null", device.Name);
        await device.RunAsync((_, _) => AudioDevice.End, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task If_no_device_opens_the_error_says_why_and_what_to_do()
    {
        await using var device = new FirstDevice("any", "There is none.", new WavFileDevice("/nonexistent/a.wav", TimeProvider.System));

        IOException e =
            await Assert.ThrowsAsync<IOException>(async () => await device.OpenAsync(Format, TestContext.Current.CancellationToken));

        Assert.StartsWith("There is none. (Cannot write /nonexistent/a.wav: ", e.Message, StringComparison.Ordinal);
    }
}
