using System.Net;
using System.Net.Sockets;
using Linnet.Wire;

namespace Linnet.Transports.PyAudio;

/// <summary>The way to one listener over UDP: a connected socket of its own, or on Windows the port's socket.</summary>
/// <remarks>
/// Windows gives a datagram to any of the sockets that share a port, also to one that is connected to another sender, which then loses it.
/// So there all listeners use one socket, and a closed port is not noticed: such a listener ends when its Hello is too old.
/// </remarks>
internal sealed class PyAudioRoute : IDisposable
{
    private readonly Socket _socket;
    private readonly SocketAddress? _to;

    private PyAudioRoute(Socket socket, SocketAddress? to) => (_socket, _to) = (socket, to);

    /// <summary>Its own address.</summary>
    internal IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>A route over a socket that is connected to the listener; owned by the route.</summary>
    internal static PyAudioRoute Connected(Socket socket) => new(socket, null);

    /// <summary>A route over a socket that receives from everyone; not owned.</summary>
    internal static PyAudioRoute Shared(Socket socket, IPEndPoint remote) =>
        new(socket, remote.MappedFor(socket.AddressFamily).Serialize());

    /// <summary>Sends a datagram, without waiting.</summary>
    internal SocketError Send(ReadOnlySpan<byte> datagram)
    {
        if (_to is null)
        {
            _socket.Send(datagram, SocketFlags.None, out SocketError error);
            return error;
        }

        try
        {
            _ = _socket.SendTo(datagram, SocketFlags.None, _to);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.NotSocket; // The server has ended.
        }
    }

    /// <summary>Receives a datagram that came to this route alone. Never completes if the socket is shared: its owner receives.</summary>
    /// <param name="buffer">Receives the datagram.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its length, and where it came from.</returns>
    internal async ValueTask<(int Length, IPEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_to is not null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        var from = new SocketAddress(_socket.AddressFamily);
        int length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, from, cancellationToken).ConfigureAwait(false);
        return (length, ((IPEndPoint)_socket.RemoteEndPoint!.Create(from)).Unmapped());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_to is null)
        {
            _socket.Dispose();
        }
    }
}
