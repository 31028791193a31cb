using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;
using Linnet.Wire.Chunks;
using Linnet.Wire.Wav;

namespace Linnet.Tests.Playback.Devices;

public sealed class WavFileDeviceTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"linnet-{Guid.NewGuid():N}.wav");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 2)]
    [InlineData(20, 2)]
    [InlineData(24, 1)]
    [InlineData(24, 6)]
    public async Task Integers_are_recorded_bit_for_bit(int bitDepth, int channels)
    {
        int[] integers = EveryKindOf(bitDepth, 3_001 * channels);
        var format = new AudioFormat(44_100, channels);

        await Record(format, bitDepth, Sound.Of(integers, bitDepth, channels));

        (WavPreamble wav, byte[] data) = Read();
        int stored = bitDepth <= 16 ? 16 : 24;
        Assert.Equal(stored, wav.BitDepth);
        Assert.Equal(format, wav.Header.Pcm.Format);
        Assert.Equal(integers.Select(i => i << (stored - bitDepth)), stored == 16 ? Integers16(data) : Integers24(data));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    public async Task Other_audio_is_recorded_as_unchanged_floats(int bitDepth)
    {
        float[] floats = [0f, 1f, -1f, 1.5f, 1e-9f, 0.1f, -0.333f, 0.7f];

        await Record(new AudioFormat(48_000, 2), bitDepth, new Sound(floats, 2));

        (WavPreamble wav, byte[] data) = Read();
        Assert.Equal(SampleEncoding.F32LE, wav.Header.Pcm.Encoding);
        Assert.Equal(floats, Enumerable.Range(0, floats.Length).Select(i => BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(i * 4))));
    }

    [Fact]
    public async Task An_odd_number_of_bytes_is_padded_and_not_counted()
    {
        await Record(new AudioFormat(8_000, 1), 24, Sound.Of([1, -2, 3], 24, 1));

        byte[] file = File.ReadAllBytes(_path);
        (WavPreamble wav, _) = Read();
        Assert.Equal(9, wav.Header.DataLength);
        Assert.Equal(wav.HeaderLength + 10, file.Length);
        Assert.Equal((uint)file.Length - 8, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4)));
    }

    [Fact]
    public async Task Without_audio_it_waits_and_asks_again()
    {
        var time = new JumpingTime();
        int calls = 0;
        await using (var device = new WavFileDevice(_path, time, 16))
        {
            await device.OpenAsync(new AudioFormat(48_000, 1), TestContext.Current.CancellationToken);
            await device.RunAsync(
                (pcm, heardAt) =>
                {
                    Assert.Equal(time.GetTimestamp(), heardAt);
                    pcm[0] = 0.5f;
                    return ++calls switch { < 100 => 0, 100 => 1, _ => AudioDevice.End };
                },
                TestContext.Current.CancellationToken);
        }

        Assert.Equal(101, calls);
        Assert.Equal([0x4000], Integers16(Read().Data));
    }

    [Fact]
    public async Task Cancelling_a_recording_leaves_a_valid_header()
    {
        using var stop = new CancellationTokenSource();
        int calls = 0;
        var device = new WavFileDevice(_path, new JumpingTime(), 16);
        await using (device)
        {
            await device.OpenAsync(new AudioFormat(48_000, 2), stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => device.RunAsync(
                (pcm, _) =>
                {
                    if (++calls == 3)
                    {
                        stop.Cancel();
                    }

                    pcm[..200].Fill(0.25f);
                    return 100;
                },
                stop.Token));
        }

        (WavPreamble wav, byte[] data) = Read();
        Assert.Equal(3 * 100 * 4, wav.Header.DataLength);
        Assert.All(Integers16(data), i => Assert.Equal(0x2000, i));
    }

    [Fact]
    public async Task A_callback_that_throws_leaves_a_valid_header()
    {
        int calls = 0;
        await using (var device = new WavFileDevice(_path, new JumpingTime(), 16))
        {
            await device.OpenAsync(new AudioFormat(48_000, 2), TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<InvalidDataException>(() => device.RunAsync(
                (_, _) => ++calls == 2 ? throw new InvalidDataException() : 10, TestContext.Current.CancellationToken));
        }

        Assert.Equal(40, Read().Wav.Header.DataLength);
    }

    [Fact]
    public async Task Disposing_during_a_recording_leaves_a_valid_header()
    {
        var asked = new TaskCompletionSource();
        int calls = 0;
        var device = new WavFileDevice(_path, TimeProvider.System, 16);
        await device.OpenAsync(new AudioFormat(48_000, 2), TestContext.Current.CancellationToken);
        Task running = device.RunAsync(
            (_, _) =>
            {
                if (++calls > 1)
                {
                    asked.TrySetResult();
                    return 0;
                }

                return 10;
            },
            TestContext.Current.CancellationToken);
        await asked.Task;

        await device.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(40, Read().Wav.Header.DataLength);
    }

    [Fact]
    public async Task The_file_is_playable_at_any_moment()
    {
        int calls = 0;
        await using var device = new WavFileDevice(_path, new JumpingTime(), 16);
        await device.OpenAsync(new AudioFormat(48_000, 2), TestContext.Current.CancellationToken);
        await device.RunAsync(
            (_, _) =>
            {
                if (++calls == 2)
                {
                    (WavPreamble wav, byte[] data) = Read();
                    Assert.Null(wav.Header.DataLength);
                    Assert.Equal(40, data.Length);
                }

                return calls == 1 ? 10 : AudioDevice.End;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Recording_allocates_nothing()
    {
        var allocated = new long[100];
        int calls = 0;
        await using var device = new WavFileDevice(_path, TimeProvider.System, 24);
        await device.OpenAsync(new AudioFormat(48_000, 2), TestContext.Current.CancellationToken);
        await device.RunAsync(
            (_, _) =>
            {
                allocated[calls] = GC.GetAllocatedBytesForCurrentThread();
                return ++calls == allocated.Length ? AudioDevice.End : 960;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(0, Allocations.Between(allocated.AsSpan(50)));
    }

    [Fact]
    public async Task An_existing_file_is_replaced_completely()
    {
        File.WriteAllBytes(_path, new byte[10_000]);

        await Record(new AudioFormat(48_000, 1), 16, new Sound([], 1));

        (WavPreamble wav, _) = Read();
        Assert.Equal(wav.HeaderLength, new FileInfo(_path).Length);
    }

    [Fact]
    public async Task A_missing_folder_is_reported_in_a_sentence()
    {
        string path = Path.Combine(_path, "a.wav");
        await using var device = new WavFileDevice(path, TimeProvider.System);

        IOException e =
            await Assert.ThrowsAsync<IOException>(
                async () => await device.OpenAsync(new AudioFormat(48_000, 2), TestContext.Current.CancellationToken));

        Assert.StartsWith($"Cannot write {path}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_reported_in_a_sentence()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "only where there is a full device");
        await using var device = new WavFileDevice("/dev/full", TimeProvider.System);

        IOException e =
            await Assert.ThrowsAsync<IOException>(
                async () => await device.OpenAsync(new AudioFormat(48_000, 2), TestContext.Current.CancellationToken));

        Assert.StartsWith("Cannot write /dev/full: ", e.Message, StringComparison.Ordinal);
    }

    private static int[] EveryKindOf(int bitDepth, int count)
    {
        int max = (1 << (bitDepth - 1)) - 1;
        var random = new Random(7);
        int[] integers = new int[count];
        for (int i = 0; i < count; i++)
        {
            integers[i] = i switch { 0 => max, 1 => -max - 1, 2 => 0, 3 => 1, 4 => -1, _ => random.Next(-max - 1, max) };
        }

        return integers;
    }

    private static int[] Integers16(byte[] data) =>
        [.. Enumerable.Range(0, data.Length / 2).Select(i => (int)BinaryPrimitives.ReadInt16LittleEndian(data.AsSpan(i * 2)))];

    private static int[] Integers24(byte[] data) =>
        [.. Enumerable.Range(0, data.Length / 3).Select(i => data[i * 3] | (data[(i * 3) + 1] << 8) | ((sbyte)data[(i * 3) + 2] << 16))];

    private async Task Record(AudioFormat format, int bitDepth, Sound sound)
    {
        await using var device = new WavFileDevice(_path, new JumpingTime(), bitDepth);
        Assert.False(device.HasClock);
        Assert.Equal(format, await device.OpenAsync(format, TestContext.Current.CancellationToken));
        await device.RunAsync(sound.Give, TestContext.Current.CancellationToken);
    }

    private (WavPreamble Wav, byte[] Data) Read()
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(file, out WavPreamble wav, out _));
        int length = (int)(wav.Header.DataLength ?? file.Length - wav.HeaderLength);
        return (wav, file[wav.HeaderLength..(wav.HeaderLength + length)]);
    }
}
