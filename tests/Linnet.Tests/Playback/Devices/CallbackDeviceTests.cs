using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Playback.Devices;

public sealed class CallbackDeviceTests
{
    private static readonly AudioFormat Format = new(48_000, 2);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_sound_arrives_in_order_in_blocks_of_at_most_20_ms_with_format_and_position()
    {
        int[] integers = [.. Enumerable.Range(-10_000, 20_000)];
        var heard = new List<int>();
        await using var device = new CallbackDevice(OnSound, time: new JumpingTime());
        Assert.False(device.HasClock);
        Assert.Equal(Format, await device.OpenAsync(Format, Cancelled));

        await device.RunAsync(Sound.Of(integers, 16, 2).Give, Cancelled);

        Assert.Equal(integers, heard);

        void OnSound(ReadOnlySpan<float> pcm, PcmBlock block)
        {
            Assert.InRange(pcm.Length, 2, 960 * 2);
            Assert.Equal(new PcmBlock(Format, heard.Count / 2, null), block);
            foreach (float sample in pcm)
            {
                heard.Add((int)(sample * 32768));
            }
        }
    }

    [Fact]
    public async Task After_it_was_cancelled_no_further_block_is_given()
    {
        int calls = 0;
        using var stop = new CancellationTokenSource();
        await using var device = new CallbackDevice((_, _) =>
        {
            calls++;
            stop.Cancel();
        });
        await device.OpenAsync(Format, Cancelled);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => device.RunAsync(static (pcm, _) => pcm.Length / 2, stop.Token));

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task An_exception_of_the_callback_ends_it()
    {
        await using var device = new CallbackDevice(static (_, _) => throw new InvalidDataException("no room"));
        await device.OpenAsync(Format, Cancelled);

        InvalidDataException e =
            await Assert.ThrowsAsync<InvalidDataException>(() => device.RunAsync(static (pcm, _) => pcm.Length / 2, Cancelled));

        Assert.Equal("no room", e.Message);
    }

    [Fact]
    public async Task A_format_can_be_asked_for_and_is_checked()
    {
        var mono = new AudioFormat(16_000, 1);
        await using var device = new CallbackDevice(static (_, _) => { }, mono);
        Assert.Equal(mono, await device.OpenAsync(Format, Cancelled));

        Assert.Equal(
            "The format is 16000 Hz, 0 ch; it must have 2000 to 384000 Hz and 1 to 8 channels.",
            Assert.Throws<ArgumentException>(() => new CallbackDevice(static (_, _) => { }, mono with { Channels = 0 })).Message);
    }

    [Fact]
    public async Task A_device_must_be_opened_first()
    {
        await using var device = new CallbackDevice(static (_, _) => { });

        await Assert.ThrowsAsync<InvalidOperationException>(() => device.RunAsync(static (_, _) => AudioDevice.End, Cancelled));
    }
}
