using System.IO.Pipelines;
using System.Net.Sockets;
using Linnet.Broadcast.Streams;
using Linnet.Native;

namespace Linnet.Transports;

/// <summary>
/// Sends bytes to one peer, either directly to its socket or through a pipe that TLS or a web server reads. Both send without waiting,
/// hold a bounded number of bytes and know how many of them the peer has not received.
/// </summary>
/// <remarks>One thread at a time sends; any thread may ask for the numbers or abort.</remarks>
internal abstract class ConnectionOutput
{
    private protected ConnectionOutput()
    {
    }

    /// <summary>Bytes that it may hold for the peer at most.</summary>
    internal abstract long Capacity { get; }

    /// <summary>Bytes that it accepted and the peer has not taken. The kernel's part is known on Linux only.</summary>
    internal abstract long UnsentBytes { get; }

    /// <summary>An output that sends directly to a socket.</summary>
    /// <param name="socket">The connection's socket, which is made non-blocking. Its owner disposes it.</param>
    public static ConnectionOutput ToSocket(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new SocketOutput(socket);
    }

    /// <summary>An output that sends through a pipe: under TLS, or where a web server writes to the connection.</summary>
    /// <param name="writer">
    /// The pipe, which nothing else writes to meanwhile. Bytes count as unsent until its flush has completed, so a pipe with a high pause
    /// threshold hides that many bytes.
    /// </param>
    /// <param name="socket">The socket behind it, for its buffer; <see langword="null"/>: not known.</param>
    /// <param name="abort">Cuts the connection. May be called from any thread, more than once.</param>
    public static ConnectionOutput ToPipe(PipeWriter writer, Socket? socket, Action abort)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(abort);
        return new PipeOutput(writer, socket, abort);
    }

    /// <summary>Bounds what it holds for the peer.</summary>
    /// <param name="bytes">How many bytes. The system may allow somewhat more.</param>
    /// <returns>How many it may hold now.</returns>
    internal abstract long Bound(int bytes);

    /// <summary>Sends what it has room for, without waiting. The bytes may be reused after the call.</summary>
    /// <returns>Bytes accepted; 0: no room now; -1: the connection is broken.</returns>
    internal abstract int Send(ReadOnlySpan<byte> bytes);

    /// <inheritdoc cref="Send(ReadOnlySpan{byte})"/>
    /// <param name="lead">The first bytes; may be empty.</param>
    /// <param name="pieces">The bytes that follow; at least one piece.</param>
    internal abstract int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces);

    /// <summary>Sends all of it, and waits until the kernel, or the pipe's reader, has taken it.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    internal abstract ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Waits until the kernel, or the pipe's reader, has taken all accepted bytes, or the connection is broken.</summary>
    internal abstract ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether the client sees the end after <see cref="Shutdown"/> while it can still send. <see langword="false"/>: it sees the end only
    /// when the connection is closed, so there is no use in waiting until the client closes.
    /// </summary>
    internal abstract bool CanHalfClose { get; }

    /// <summary>Ends the sending: accepted bytes still go out, more do not follow.</summary>
    internal abstract void Shutdown();

    /// <summary>Cuts the connection at once: accepted bytes are dropped, and the peer sees an error, not an end.</summary>
    internal abstract void Abort();

    /// <summary>
    /// Ends the connection in both directions, so that its owner, which may be reading from it, closes it. Accepted bytes are then dropped.
    /// </summary>
    internal abstract void Cut();

    /// <summary>Stops sending. After it completes nothing is written any more; later calls have no effect.</summary>
    internal abstract ValueTask CloseAsync();

    /// <summary>Bytes in a socket's send buffer; 0 where that is not known.</summary>
    private protected static unsafe long KernelBytes(SafeSocketHandle handle)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            int queued;
            return LibC.IoCtl(handle, LibC.SocketOutQueue, &queued) == 0 ? queued : 0;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }
}
