using System.IO.Pipelines;
using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;

namespace Linnet.Transports.Http.Radio;

/// <summary>Receives a stream over HTTP: audio goes from the shared bytes to its connection's output.</summary>
/// <param name="log">The stream.</param>
/// <param name="start">Where it begins.</param>
/// <param name="head">Bytes before the stream: the response's head.</param>
/// <param name="metadataInterval">Bytes of the stream between titles; 0: none.</param>
/// <param name="output">Sends to the client.</param>
/// <param name="input">What the client sends. A pending read is cancelled when nothing more will be sent.</param>
internal sealed class RadioListener(
    StreamLog log, StreamEntry start, ReadOnlyMemory<byte> head, int metadataInterval, ConnectionOutput output, PipeReader input)
    : StreamListener(log, start, head, metadataInterval), IThreadPoolWorkItem
{
    private const int NotFinished = -1;

    private static readonly TimeSpan KernelBufferTime = TimeSpan.FromSeconds(1.5);

    private int _finished = NotFinished;
    private TaskCompletionSource? _waited;

    /// <summary>Sends the body in chunks; <see langword="null"/>: the output sends it as it is.</summary>
    internal ChunkedBody? Chunks { get; init; }

    /// <summary>The client's address, behind trusted proxies.</summary>
    internal required IPEndPoint Remote { get; init; }

    /// <summary>When it sent its request.</summary>
    internal required DateTimeOffset Since { get; init; }

    /// <summary>How it ended, if the sender ended it.</summary>
    internal DropReason? Finished => Volatile.Read(ref _finished) is var reason and not NotFinished ? (DropReason)reason : null;

    /// <inheritdoc/>
    internal override long OutputCapacity { get; } = output.Capacity;

    /// <inheritdoc/>
    internal override long UnsentBytes => output.UnsentBytes;

    /// <summary>Some two seconds of the rendition, unless that is very much. The kernel takes somewhat more.</summary>
    internal static int KernelBufferFor(RenditionInfo info) => KernelBuffer.For(info.BitRate / 8.0, KernelBufferTime);

    /// <inheritdoc/>
    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces) =>
        Chunks is null ? output.Send(lead, pieces) : Chunks.Send(output, lead, pieces);

    /// <inheritdoc/>
    internal override void OnFinished(DropReason reason)
    {
        Volatile.Write(ref _finished, (int)reason);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// Waits until the sender has ended it. For a caller that reads nothing more from the client; a reader is woken instead.
    /// </summary>
    internal Task WaitAsync(CancellationToken cancellationToken)
    {
        _waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.MemoryBarrier();
        return Finished is null ? _waited.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Wakes the reader of the connection, or the waiter, on a pool thread: it may go on at once.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        input.CancelPendingRead();
        Volatile.Read(ref _waited)?.TrySetResult();
    }
}
