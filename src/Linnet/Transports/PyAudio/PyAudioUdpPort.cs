using System.Net;
using System.Net.Sockets;
using Linnet.Transports.Rtp;
using Linnet.Wire;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Handles a datagram: whether it was the Hello, its source address, and which of our addresses it was sent to (unknown if all listeners
/// share a socket, or the system does not tell).
/// </summary>
internal delegate void HelloHandler(bool isHello, IPEndPoint remote, IPAddress? local);

/// <summary>One UDP port shared by several sockets: one receives from everyone, each other one is connected to a listener.</summary>
/// <remarks>
/// The kernel gives a datagram to the socket that is connected to its sender. On Linux the port is shared only while a socket joins it, so
/// that another program that wants the port gets an error. On Windows there is only one socket (<see cref="PyAudioRoute"/>).
/// </remarks>
internal sealed class PyAudioUdpPort : IDisposable
{
    private const int SolSocket = 1;     // on Linux
    private const int SoReuseAddress = 2;

    // A longer datagram than the buffer is an error on Windows, and is cut elsewhere.
    private static readonly int BufferLength = OperatingSystem.IsWindows() ? ushort.MaxValue : PyAudioHello.Length + 1;

    // The longest datagram, twice: macOS sends none that is longer than its buffer, which has 9 KiB at first.
    private const int SendBuffer = 2 * (ushort.MaxValue + 1);

    private readonly Socket _socket;
    private readonly Func<Socket, int> _room;
    private readonly bool _hasOneSocket;
    private readonly bool _tellsArrival;

    private PyAudioUdpPort(Socket socket, Func<Socket, int> room, bool hasOneSocket, bool tellsArrival)
    {
        _socket = socket;
        _room = room;
        _hasOneSocket = hasOneSocket;
        // The one socket answers from the address that the system chooses.
        _tellsArrival = !hasOneSocket && (tellsArrival || socket is not { AddressFamily: AddressFamily.InterNetworkV6, DualMode: true });
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    internal IPEndPoint LocalEndPoint { get; }

    /// <summary>Opens the port.</summary>
    /// <param name="local">The address and port.</param>
    /// <param name="room">How many more sockets may be opened after this one, negative: not even this one; default: the process's
    /// limit.</param>
    /// <param name="hasOneSocket">Whether all listeners share one socket; default: on Windows.</param>
    /// <param name="tellsArrival">Whether the system can tell to which address a datagram was sent, if a socket takes IPv4 and IPv6;
    /// default: only macOS cannot.</param>
    /// <exception cref="SocketException">The port is taken, or the address is not this machine's.</exception>
    internal static PyAudioUdpPort Bind(
        IPEndPoint local, Func<Socket, int>? room = null, bool? hasOneSocket = null, bool? tellsArrival = null) => DualStack.Open(
        local,
        address => Open(
            address, room ?? OpenFileReserve.OfThisProcess.RoomBehind, hasOneSocket ?? OperatingSystem.IsWindows(),
            tellsArrival ?? !OperatingSystem.IsMacOS()));

    private static PyAudioUdpPort Open(IPEndPoint local, Func<Socket, int> room, bool hasOneSocket, bool tellsArrival)
    {
        Socket socket = NewSocket(local.Address);
        try
        {
            if (!hasOneSocket && !OperatingSystem.IsLinux())
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            socket.Bind(local);
            return new PyAudioUdpPort(socket, room, hasOneSocket, tellsArrival);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a route from this port to a listener; <see langword="null"/> if that fails.</summary>
    /// <param name="remote">The listener.</param>
    /// <param name="local">The address that the listener sent to, from which it expects the audio.</param>
    internal PyAudioRoute? TryConnect(IPEndPoint remote, IPAddress? local)
    {
        if (_hasOneSocket)
        {
            return PyAudioRoute.Shared(_socket, remote);
        }

        try
        {
            return Connect(remote, local ?? LocalEndPoint.Address) is Socket socket ? PyAudioRoute.Connected(socket) : null;
        }
        catch (SocketException) when (local is not null)
        {
            // It sent to a broadcast or multicast address.
            return TryConnect(remote, null);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Receives until cancelled; then returns.</summary>
    /// <param name="onDatagram">Handles each datagram.</param>
    /// <param name="onFailure">Called when a receive or <paramref name="onDatagram"/> failed; receiving continues.</param>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <exception cref="SocketException">The socket broke.</exception>
    internal async Task ReceiveAsync(HelloHandler onDatagram, Action<Exception> onFailure, CancellationToken cancellationToken)
    {
        int failures = 0;
        byte[] buffer = new byte[BufferLength];
        var anyone = new IPEndPoint(LocalEndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            Exception failure;
            try
            {
                (int length, EndPoint remote, IPAddress? local) =
                    await ReceiveOneAsync(buffer, anyone, cancellationToken).ConfigureAwait(false);
                if (Failure(onDatagram, buffer.AsSpan(0, length), remote, local) is not Exception thrown)
                {
                    failures = 0;
                    continue;
                }

                failure = thrown;
            }
            catch (Exception e) when (!UdpSocket.IsOver(e))
            {
                failure = e;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException
                or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }

            // The error concerns one datagram or listener only: keep receiving.
            onFailure(failure);
            await UdpSocket.PauseAsync(++failures, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>
    /// Whether the error of a connected socket is an ICMP "port unreachable" for an earlier datagram. Windows reports a reset.
    /// </summary>
    internal static bool IsNobody(SocketError error) => error is SocketError.ConnectionRefused or SocketError.ConnectionReset;

    private async ValueTask<(int Length, EndPoint Remote, IPAddress? Local)> ReceiveOneAsync(
        byte[] buffer, IPEndPoint anyone, CancellationToken cancellationToken)
    {
        if (_tellsArrival)
        {
            SocketReceiveMessageFromResult message = await _socket.ReceiveMessageFromAsync(
                buffer.AsMemory(), SocketFlags.None, anyone, cancellationToken).ConfigureAwait(false);
            return (message.ReceivedBytes, message.RemoteEndPoint, Scoped(message.PacketInformation));
        }

        SocketReceiveFromResult datagram =
            await _socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, anyone, cancellationToken).ConfigureAwait(false);
        return (datagram.ReceivedBytes, datagram.RemoteEndPoint, null);
    }

    // An exception of the handler says nothing about this socket.
    private static Exception? Failure(HelloHandler onDatagram, ReadOnlySpan<byte> datagram, EndPoint remote, IPAddress? local)
    {
        try
        {
            onDatagram(PyAudioHello.Is(datagram), ((IPEndPoint)remote).Unmapped(), local);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static Socket NewSocket(IPAddress local)
    {
        Socket socket = DualStack.CreateSocket(local, SocketType.Dgram, ProtocolType.Udp);
        socket.Blocking = false;
        if (socket.SendBufferSize < SendBuffer)
        {
            socket.TrySetSendBuffer(SendBuffer);
        }

        return socket;
    }

    // Null: the socket would use up the reserve.
    private Socket? Connect(IPEndPoint remote, IPAddress local)
    {
        Socket socket = NewSocket(LocalEndPoint.Address);
        if (_room(socket) < 0)
        {
            socket.Dispose();
            return null;
        }

        try
        {
            Share(socket, true);
            Share(_socket, true);
            socket.Bind(new IPEndPoint(local, LocalEndPoint.Port).MappedFor(_socket.AddressFamily));
            socket.Connect(remote.MappedFor(_socket.AddressFamily));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            Share(_socket, false);
        }
    }

    // A link-local address identifies this machine only together with its interface.
    private static IPAddress Scoped(IPPacketInformation arrival) => arrival.Address is { IsIPv6LinkLocal: true } address
        ? new IPAddress(address.GetAddressBytes(), arrival.Interface)
        : arrival.Address;

    private static void Share(Socket socket, bool isShared)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(isShared ? 1 : 0));
        }
        else if (isShared && !socket.IsBound)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        }
    }
}
