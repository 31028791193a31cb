using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Native;

namespace Linnet.Transports.Http.Radio;

/// <summary>Hears a stream over its HTTP connection: sound goes from the shared bytes straight to the socket.</summary>
/// <param name="log">The stream.</param>
/// <param name="start">Where it begins.</param>
/// <param name="head">The answer's head.</param>
/// <param name="metadataInterval">Bytes of the stream between titles; 0: none.</param>
/// <param name="socket">The connection's socket.</param>
/// <param name="input">What the client says. A read of it that is under way is cancelled when nothing more will be sent.</param>
internal sealed class RadioListener(
    StreamLog log, StreamEntry start, ReadOnlyMemory<byte> head, int metadataInterval, Socket socket, PipeReader input)
    : StreamListener(log, start, head, metadataInterval), IThreadPoolWorkItem
{
    private const int NotFinished = -1;

    // Linux doubles what it is told, and spends part of that on its own books: measured 1.4 to 1.7.
    private const double FillOfKernelBuffer = 1.75;

    private static readonly TimeSpan KernelBufferTime = TimeSpan.FromSeconds(1.5);

    private int _finished = NotFinished;
    private TaskCompletionSource? _waited;

    /// <summary>How it ended, if the sender ended it.</summary>
    internal DropReason? Finished => Volatile.Read(ref _finished) is var reason and not NotFinished ? (DropReason)reason : null;

    /// <inheritdoc/>
    internal override long KernelCapacity { get; } = (long)(KernelBufferFor(log.Ring.Info) * FillOfKernelBuffer);

    /// <inheritdoc/>
    internal override unsafe long KernelBytes
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return 0;
            }

            try
            {
                int queued;
                return LibC.IoCtl(socket.SafeHandle, LibC.SocketOutQueue, &queued) == 0 ? queued : 0;
            }
            catch (ObjectDisposedException)
            {
                return 0;
            }
        }
    }

    /// <summary>Some two seconds of the rendition, unless that is very much. The kernel takes somewhat more.</summary>
    internal static int KernelBufferFor(RenditionInfo info) => KernelBuffer.For(info.BitRate / 8.0, KernelBufferTime);

    /// <inheritdoc/>
    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        try
        {
            return OperatingSystem.IsLinux() ? SendAll(lead, pieces) : SendOne(lead.IsEmpty ? pieces[0].Span : lead);
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
    }

    /// <inheritdoc/>
    internal override void OnFinished(DropReason reason)
    {
        Volatile.Write(ref _finished, (int)reason);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// Waits until the sender has ended it. For who has nothing more to read from the client; others are woken from reading.
    /// </summary>
    internal Task WaitAsync(CancellationToken cancellationToken)
    {
        _waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.MemoryBarrier();
        return Finished is null ? _waited.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Wakes whoever reads the connection or waits, on a pool thread: it may go on at once.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        input.CancelPendingRead();
        Volatile.Read(ref _waited)?.TrySetResult();
    }

    private unsafe int SendAll(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        fixed (byte* first = lead)
        {
            LibC.IoVec* vectors = stackalloc LibC.IoVec[pieces.Length + 1];
            nuint count = 0;
            if (lead.Length > 0)
            {
                vectors[count++] = new LibC.IoVec { Base = first, Length = (nuint)lead.Length };
            }

            foreach (StreamPiece piece in pieces)
            {
                vectors[count++] = new LibC.IoVec
                {
                    Base = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(piece.Array, piece.Offset),
                    Length = (nuint)piece.Length,
                };
            }

            var message = new LibC.MsgHdr { Vectors = vectors, VectorCount = count };
            nint sent = count == 1
                ? LibC.Send(socket.SafeHandle, vectors->Base, vectors->Length, LibC.MsgDontWait | LibC.MsgNoSignal)
                : LibC.SendMsg(socket.SafeHandle, &message, LibC.MsgDontWait | LibC.MsgNoSignal);
            return sent >= 0 ? (int)sent
                : Marshal.GetLastPInvokeError() is LibC.TryAgain or LibC.Interrupted or LibC.NoBuffers ? 0
                : -1;
        }
    }

    private int SendOne(ReadOnlySpan<byte> bytes)
    {
        int sent = socket.Send(bytes, SocketFlags.None, out SocketError error);
        return error is SocketError.Success ? sent
            : error is SocketError.WouldBlock or SocketError.TryAgain or SocketError.Interrupted or SocketError.NoBufferSpaceAvailable ? 0
            : -1;
    }
}
