using System.Net.Sockets;
using System.Runtime.InteropServices;
using Linnet.Broadcast.Streams;
using Linnet.Native;

namespace Linnet.Transports;

/// <summary>Sends directly to a socket, with non-blocking sends. Holds nothing itself: unsent bytes are in the kernel.</summary>
internal sealed class SocketOutput : ConnectionOutput
{
    // Linux doubles the size it is given, and uses part of that for bookkeeping: measured 1.4 to 1.7.
    private const double FillOfKernelBuffer = 1.75;

    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly bool _gathers;
    private long _capacity;

    /// <summary>Sends to a connected socket.</summary>
    /// <param name="socket">Made non-blocking.</param>
    /// <param name="gathers">Whether one call sends several pieces. <see langword="null"/>: if the system is Linux.</param>
    internal SocketOutput(Socket socket, bool? gathers = null)
    {
        (_socket, _handle, _gathers) = (socket, socket.SafeHandle, gathers ?? OperatingSystem.IsLinux());
        try
        {
            socket.Blocking = false;
        }
        catch (ObjectDisposedException)
        {
            // The next send reports the failure.
        }
    }

    /// <inheritdoc/>
    internal override long Capacity => _capacity;

    /// <inheritdoc/>
    internal override long UnsentBytes => KernelBytes(_handle);

    /// <inheritdoc/>
    internal override long Bound(int bytes)
    {
        _capacity = (long)(bytes * FillOfKernelBuffer);
        try
        {
            return KernelBuffer.Set(_socket, bytes);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The next send reports the failure.
            return bytes;
        }
    }

    /// <inheritdoc/>
    internal override unsafe int Send(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        try
        {
            if (!OperatingSystem.IsLinux())
            {
                return SendManaged(bytes);
            }

            fixed (byte* first = bytes)
            {
                return Result(LibC.Send(_handle, first, (nuint)bytes.Length, LibC.MsgDontWait | LibC.MsgNoSignal));
            }
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
    }

    /// <inheritdoc/>
    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        if (pieces.Length + (lead.IsEmpty ? 0 : 1) == 1)
        {
            return Send(lead.IsEmpty ? pieces[0].Span : lead);
        }

        if (!_gathers)
        {
            return SendEach(lead, pieces);
        }

        try
        {
            return Gather(lead, pieces);
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
    }

    /// <inheritdoc/>
    internal override async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await _socket.SendAsync(bytes, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    internal override ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    internal override bool CanHalfClose => true;

    /// <inheritdoc/>
    internal override void Shutdown()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is gone already.
        }
    }

    /// <inheritdoc/>
    internal override void Abort() => _socket.Close(timeout: 0);

    /// <inheritdoc/>
    internal override void Cut()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is gone already.
        }
    }

    /// <inheritdoc/>
    internal override ValueTask CloseAsync() => ValueTask.CompletedTask;

    // All that there is room for: the caller takes fewer bytes for a full buffer, and waits.
    private int SendEach(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        int all = Send(lead);
        if (all < lead.Length)
        {
            return all;
        }

        foreach (StreamPiece piece in pieces)
        {
            int sent = Send(piece.Span);
            if (sent < 0)
            {
                // What was accepted counts. The next call reports the broken connection.
                return all > 0 ? all : sent;
            }

            all += sent;
            if (sent < piece.Length)
            {
                break;
            }
        }

        return all;
    }

    private unsafe int Gather(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
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
            return Result(LibC.SendMsg(_handle, &message, LibC.MsgDontWait | LibC.MsgNoSignal));
        }
    }

    private static int Result(nint sent) =>
        sent >= 0 ? (int)sent
        : Marshal.GetLastPInvokeError() is LibC.TryAgain or LibC.Interrupted or LibC.NoBuffers ? 0
        : -1;

    private int SendManaged(ReadOnlySpan<byte> bytes)
    {
        int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
        return error is SocketError.Success ? sent
            : error is SocketError.WouldBlock or SocketError.TryAgain or SocketError.Interrupted or SocketError.NoBufferSpaceAvailable ? 0
            : -1;
    }
}
