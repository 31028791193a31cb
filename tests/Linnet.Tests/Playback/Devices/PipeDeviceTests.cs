using System.Buffers.Binary;
using System.IO.Pipelines;
using Linnet.Audio;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;
using Linnet.Wire.Chunks;
using Linnet.Wire.Wav;

namespace Linnet.Tests.Playback.Devices;

public class PipeDeviceTests
{
    private static readonly AudioFormat Format = new(48_000, 2);

    [Fact]
    public async Task A_pipe_gets_a_wav_of_unknown_length_bit_for_bit()
    {
        int[] integers = [.. Enumerable.Range(-5_000, 10_000)];
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await using (var device = new PipeDevice("standard output", pipe.Writer.AsStream(leaveOpen: true), new JumpingTime(), bitDepth: 16))
        {
            Assert.False(device.HasClock);
            Assert.Equal(Format, await device.OpenAsync(Format, TestContext.Current.CancellationToken));
            await device.RunAsync(Sound.Of(integers, 16, 2).Give, TestContext.Current.CancellationToken);
        }

        await pipe.Writer.CompleteAsync();
        using var bytes = new MemoryStream();
        await pipe.Reader.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        byte[] stream = bytes.ToArray();
        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(stream, out WavPreamble wav, out _));
        Assert.Null(wav.Header.DataLength);
        Assert.Equal(uint.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(stream.AsSpan(4)));
        Assert.Equal(
            integers,
            Enumerable.Range(0, (stream.Length - wav.HeaderLength) / 2)
                .Select(i => (int)BinaryPrimitives.ReadInt16LittleEndian(stream.AsSpan(wav.HeaderLength + (i * 2)))));
    }

    [Fact]
    public async Task A_reader_that_never_reads_does_not_prevent_the_end()
    {
        using var stop = new CancellationTokenSource();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1000, resumeWriterThreshold: 500));
        var device = new PipeDevice("standard output", pipe.Writer.AsStream(leaveOpen: true), TimeProvider.System);
        await using (device)
        {
            await device.OpenAsync(Format, stop.Token);
            Task running = device.RunAsync((pcm, _) => pcm.Length / 2, stop.Token);
            await stop.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
    }

    [Theory]
    [InlineData(32, "The program that reads standard output has closed it: Broken pipe")]
    [InlineData(28, "Cannot write standard output: No space left on device")]
    public async Task A_missing_reader_and_a_full_disk_are_reported_in_a_sentence(int error, string sentence)
    {
        await using var device = new PipeDevice(
            "standard output", new BadPipe(error, sentence[(sentence.IndexOf(':', StringComparison.Ordinal) + 2)..]), TimeProvider.System);
        await device.OpenAsync(Format, TestContext.Current.CancellationToken);

        IOException e =
            await Assert.ThrowsAsync<IOException>(() => device.RunAsync((pcm, _) => pcm.Length / 2, TestContext.Current.CancellationToken));

        Assert.Equal(sentence, e.Message);
    }

    /// <summary>Standard output when the program at the other end has ended, or the disk is full.</summary>
    private sealed class BadPipe(int error, string message) : MemoryStream
    {
        public override bool CanSeek => false;

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException(message, error);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException(message, error);
    }
}
