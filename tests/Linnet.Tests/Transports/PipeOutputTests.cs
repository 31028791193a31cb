using System.Buffers;
using System.IO.Pipelines;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Broadcast;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

/// <summary>An output whose bytes go through a pipe: under TLS, or behind a web server.</summary>
public class PipeOutputTests
{
    // A full pipe is one with a byte in it, as on the HTTP port: unread bytes count as unsent.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
    private readonly ConnectionOutput _output;
    private int _aborted;

    public PipeOutputTests() => _output = ConnectionOutput.ToPipe(_pipe.Writer, null, () => _aborted++);

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_arrive_in_order_however_they_are_cut()
    {
        byte[] all = new byte[300_000];
        new Random(1).NextBytes(all);
        byte[] pieces = StreamPiece.Copy(all);
        Task<byte[]> reading = ReadAsync(all.Length);
        for (int at = 0, round = 0; at < all.Length; round++)
        {
            int length = Math.Min(all.Length - at, 1 + (round * 37 % 5000));
            int first = round % 3 == 0 ? length / 2 : 0;
            at += round % 2 == 0
                ? _output.Send(all.AsSpan(at, length))
                : _output.Send(all.AsSpan(at, first), [new StreamPiece(pieces, at + first, length - first)]);
            await Task.Yield();
        }

        await _output.FlushAsync(HangLimit);
        Assert.Equal(all, await reading);
        Assert.Equal(0, _output.UnsentBytes);
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_holds_no_more_than_the_bound_and_all_of_it_counts_as_unsent()
    {
        long most = _output.Bound(20_000);
        int sent = 0;
        var piece = new StreamPiece(StreamPiece.Allocate(4000), 0, 4000);
        while (_output.Send(new byte[3000], [piece]) is > 0 and int taken)
        {
            sent += taken;
        }

        Assert.Equal((20_000, 20_000), (sent, most));
        Assert.Equal(20_000, _output.UnsentBytes);
        Assert.Equal(0, _output.Send(new byte[1]));

        await ReadAsync(20_000);
        await _output.FlushAsync(HangLimit);
        Assert.Equal((0, 1), (_output.UnsentBytes, _output.Send(new byte[1])));
    }

    [Fact]
    public async Task A_pipe_that_is_full_or_fails_makes_no_sender_wait()
    {
        var blocked = new BlockedWriter();
        ConnectionOutput output = ConnectionOutput.ToPipe(blocked, null, static () => { });
        Assert.Equal(10, output.Send(new byte[10]));
        await blocked.Entered.Task.WaitAsync(HangLimit);

        // The pipe's thread is within the writer now; this one is not.
        Assert.Equal(10, output.Send(new byte[10]));
        blocked.Fail();
        await output.FlushAsync(HangLimit);
        Assert.Equal((-1, 0), (output.Send(new byte[10]), output.UnsentBytes));
    }

    [Fact]
    public async Task A_flush_waits_for_the_bytes_accepted_before_it_and_not_for_later_ones()
    {
        Assert.Equal(10, _output.Send(new byte[10]));
        Task flushed = _output.FlushAsync(HangLimit).AsTask();
        ReadResult first = await _pipe.Reader.ReadAsync(HangLimit);
        Assert.False(flushed.IsCompleted);

        // A sender thread goes on.
        Assert.Equal(20, _output.Send(new byte[20]));
        Task later = _output.FlushAsync(HangLimit).AsTask();
        _pipe.Reader.AdvanceTo(first.Buffer.GetPosition(10));

        await flushed;
        Assert.False(later.IsCompleted);
        await ReadAsync(20);
        await later;
    }

    [Fact]
    public async Task A_reader_that_leaves_breaks_the_output()
    {
        await _pipe.Reader.CompleteAsync();
        Assert.Equal(5, _output.Send(new byte[5]));
        await _output.FlushAsync(HangLimit);

        Assert.Equal(-1, _output.Send(new byte[5]));
        await Assert.ThrowsAsync<IOException>(() => _output.SendAllAsync(new byte[5], HangLimit).AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waiting_bytes_are_dropped_when_the_connection_is_cut_and_nothing_is_written_afterwards(bool isAborted)
    {
        Assert.Equal(10_000, _output.Send(new byte[10_000]));
        if (isAborted)
        {
            _output.Abort();
        }

        await _output.CloseAsync();

        Assert.Equal(isAborted ? 1 : 0, _aborted);
        Assert.Equal((-1, 0), (_output.Send(new byte[1]), _output.UnsentBytes));
        long written = _pipe.Reader.TryRead(out ReadResult read) ? read.Buffer.Length : 0;
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        Assert.InRange(written, 0, 10_000);
        Assert.False(_pipe.Reader.TryRead(out _));
    }

    [Fact]
    public async Task The_end_follows_all_accepted_bytes()
    {
        Assert.Equal(10_000, _output.Send(new byte[10_000]));
        _output.Shutdown();
        Assert.Equal(-1, _output.Send(new byte[1]));

        Assert.Equal(10_000, (await ReadAsync(int.MaxValue)).Length);
    }

    [Fact]
    public async Task A_caller_that_waits_can_send_more_than_the_bound()
    {
        byte[] all = new byte[200_000];
        new Random(2).NextBytes(all);
        Task<byte[]> reading = ReadAsync(all.Length);

        await _output.SendAllAsync(all, HangLimit);

        Assert.Equal(all, await reading);
    }

    [Fact]
    public async Task Frames_and_messages_over_a_pipe_are_whole_and_a_slow_reader_is_seen()
    {
        var frames = new FramedOutput(_output);
        _output.Bound(16_384);
        int packets = 0;
        while (frames.TrySend(Rings.Packet(packets, 0).InterleavedFrame, channel: (byte)(packets % 2 * 2)))
        {
            packets++;
        }

        frames.Post("RTSP/1.0 200 OK\r\n\r\n"u8.ToArray());
        Assert.False(frames.TryFlush());
        Assert.InRange(frames.UnsentBytes, 16_384, 17_000);

        Task flushing = frames.FlushAsync(HangLimit).AsTask();
        int frame = Rings.Packet(0, 0).InterleavedFrame.Length;
        byte[] received = await ReadAsync((packets * frame) + 19);
        await flushing;
        for (int i = 0; i < packets; i++)
        {
            byte[] expected = Rings.Packet(i, 0).InterleavedFrame.ToArray();
            expected[1] = (byte)(i % 2 * 2);
            Assert.Equal(expected, received[(i * frame)..((i + 1) * frame)]);
        }

        Assert.Equal("RTSP/1.0 200 OK\r\n\r\n"u8.ToArray(), received[(packets * frame)..]);
        Assert.Equal((0, false), (frames.UnsentBytes, frames.IsBroken));
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        using var all = new MemoryStream();
        while (all.Length < count)
        {
            ReadResult read = await _pipe.Reader.ReadAsync(HangLimit);
            all.Write(read.Buffer.ToArray());
            _pipe.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        return all.ToArray();
    }

    /// <summary>Blocks the thread that flushes until it is told to fail.</summary>
    private sealed class BlockedWriter : PipeWriter
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();
        private readonly TaskCompletionSource _gate = new();

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail() => _gate.SetResult();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Entered.TrySetResult();
            _gate.Task.Wait(HangLimit);
            throw new InvalidOperationException("It failed.");
        }

        public override void Advance(int bytes) => _buffer.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
