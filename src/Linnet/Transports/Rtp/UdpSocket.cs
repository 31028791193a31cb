using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast.Packets;
using Linnet.Wire;

namespace Linnet.Transports.Rtp;

/// <summary>Handles a datagram. The datagram and the address are valid during the call: both are overwritten afterwards.</summary>
/// <param name="datagram">The bytes; untrusted, since they come from the network.</param>
/// <param name="from">The source address, in the form of the receiving socket; equal by value to the result of
/// <see cref="UdpSocket.AddressOf"/>.</param>
internal delegate void DatagramHandler(ReadOnlySpan<byte> datagram, SocketAddress from);

/// <summary>A UDP socket from which any number of threads may send and one may receive.</summary>
/// <remarks>
/// Bound to <see cref="IPAddress.IPv6Any"/> it accepts IPv4 too; on a machine without IPv6 it is an IPv4 socket. Nothing is allocated per
/// datagram. On Linux many datagrams are sent in one system call. The socket is not connected, so on Linux it gets no ICMP errors of dead
/// peers; on Windows those errors are switched off.
/// </remarks>
internal sealed class UdpSocket : IDatagramSender, IDisposable
{
    private const int MaxDatagram = 65_535;

    // Errors of single datagrams come in small groups.
    internal const int MaxFailuresAtOnce = 16;
    internal static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private ReceiveThread? _receiver;
    private long _refused;
    private long _receiveErrors;

    private UdpSocket(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The address and port it is bound to.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Whether it receives at all addresses of this machine.</summary>
    internal bool IsForAllAddresses => LocalEndPoint.Address.Equals(IPAddress.Any) || LocalEndPoint.Address.Equals(IPAddress.IPv6Any);

    /// <summary>Datagrams that the operating system refused to send.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Failed receives after which it continued.</summary>
    public long ReceiveErrors => Volatile.Read(ref _receiveErrors);

    /// <summary>Opens and binds a socket.</summary>
    /// <param name="local">The local address. Port 0: any free port.</param>
    /// <param name="bufferSize">The kernel buffer to request for each direction, in bytes; the kernel may give less. Default 1 MiB.</param>
    /// <exception cref="SocketException">The port is taken, or the address is not this machine's.</exception>
    public static UdpSocket Bind(IPEndPoint local, int bufferSize = 1 << 20) =>
        DualStack.Open(local, address => Open(address, bufferSize));

    /// <summary>Converts an address to the form that this socket sends to: on an IPv6 socket an IPv4 address is mapped.</summary>
    public SocketAddress AddressOf(IPEndPoint endPoint) => endPoint.MappedFor(_socket.AddressFamily).Serialize();

    /// <summary>Converts <paramref name="address"/> to an end point; a mapped IPv4 address becomes IPv4 again.</summary>
    public IPEndPoint EndPointOf(SocketAddress address) => ((IPEndPoint)LocalEndPoint.Create(address)).Unmapped();

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
    {
        int sent = 0;
        if (OperatingSystem.IsLinux())
        {
            sent = DatagramScratch.OfThisThread.Send(_socket.SafeHandle, datagrams);
        }
        else
        {
            foreach (ref readonly OutgoingDatagram datagram in datagrams)
            {
                sent += TrySend(datagram) ? 1 : 0;
            }
        }

        CountRefused(datagrams.Length - sent);
        return sent;
    }

    /// <inheritdoc/>
    public IDatagramFan CreateFan() =>
        OperatingSystem.IsLinux() ? new PreparedFan(_socket.SafeHandle, null, CountRefused) : new DatagramFan(this);

    /// <summary>
    /// Returns a sender whose datagrams come from <paramref name="source"/>, so that a listener gets answers from the address it sent to.
    /// </summary>
    /// <returns>This instance if there is no choice: the socket is bound to one address, or the system is not Linux (only Linux lets us
    /// choose).</returns>
    internal IDatagramSender From(IPAddress source)
    {
        if (!OperatingSystem.IsLinux() || !IsForAllAddresses)
        {
            return this;
        }

        return new SourcedSender(_socket.SafeHandle, source.MappedFor(_socket.AddressFamily), CountRefused);
    }

    /// <summary>Receives until cancelled or the socket is disposed; then returns.</summary>
    /// <param name="onDatagram">Handles each datagram, one at a time, on a dedicated or a pool thread. Must be quick. An exception is
    /// counted.</param>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <exception cref="SocketException">The socket broke.</exception>
    public async Task ReceiveAsync(DatagramHandler onDatagram, CancellationToken cancellationToken)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(MaxDatagram, pinned: true);
        if (!OperatingSystem.IsLinux())
        {
            await ReceiveAsync(buffer, onDatagram, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var thread = new ReceiveThread(_socket, buffer, onDatagram, CountError);
        using CancellationTokenRegistration stopping = cancellationToken.UnsafeRegister(static t => ((ReceiveThread)t!).Stop(), thread);
        _receiver = thread;
        thread.Start();
        await thread.Ended.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The thread must not wait on a descriptor that is reused meanwhile.
        _receiver?.Stop();
        _socket.Dispose();
    }

    private static UdpSocket Open(IPEndPoint local, int bufferSize)
    {
        Socket socket = DualStack.CreateSocket(local.Address, SocketType.Dgram, ProtocolType.Udp);
        socket.Blocking = false;
        try
        {
            socket.TrySetReceiveBuffer(bufferSize);
            socket.TrySetSendBuffer(bufferSize);
            socket.Bind(local);
            return new UdpSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReceiveAsync(byte[] buffer, DatagramHandler onDatagram, CancellationToken cancellationToken)
    {
        int failures = 0;
        var from = new SocketAddress(_socket.AddressFamily);
        while (!cancellationToken.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await _socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, from, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!IsOver(e))
            {
                CountError();
                await PauseAsync(++failures, cancellationToken).ConfigureAwait(false);
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException
                or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }

            failures = TryHand(onDatagram, buffer.AsSpan(0, length), from, CountError) ? 0 : failures + 1;
            await PauseAsync(failures, cancellationToken).ConfigureAwait(false);
        }
    }

    private void CountRefused(int datagrams)
    {
        if (datagrams > 0)
        {
            Interlocked.Add(ref _refused, datagrams);
        }
    }

    private void CountError() => Interlocked.Increment(ref _receiveErrors);

    private bool TrySend(in OutgoingDatagram datagram)
    {
        try
        {
            return _socket.SendTo(datagram.Bytes.Span, SocketFlags.None, datagram.To) == datagram.Bytes.Length;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Whether an error concerns one datagram or one peer only, not the socket.</summary>
    internal static bool IsPassing(SocketError error) => error
        is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.NetworkReset or SocketError.MessageSize
        or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown
        or SocketError.NoBufferSpaceAvailable or SocketError.Interrupted;

    /// <summary>Calls the handler. An exception of the handler says nothing about the socket.</summary>
    /// <returns>Whether the handler succeeded.</returns>
    internal static bool TryHand(DatagramHandler handler, ReadOnlySpan<byte> datagram, SocketAddress from, Action onError)
    {
        try
        {
            handler(datagram, from);
            return true;
        }
        catch (Exception)
        {
            onError();
            return false;
        }
    }

    /// <summary>
    /// Whether no later receive can succeed: it was cancelled, or the socket is closed. After any other error the next datagram may arrive.
    /// </summary>
    internal static bool IsOver(Exception error) => error
        is OperationCanceledException or ObjectDisposedException
        or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.NotSocket };

    /// <summary>
    /// After some failures in a row, pauses briefly, so that a lasting error does not use up a core. Ends early if cancelled.
    /// </summary>
    internal static Task PauseAsync(int failures, CancellationToken cancellationToken) => failures <= MaxFailuresAtOnce
        ? Task.CompletedTask
        : Task.Delay(FailurePause, TimeProvider.System, cancellationToken).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
