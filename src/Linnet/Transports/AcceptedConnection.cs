using System.Net.Sockets;
using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>A connection that a <see cref="ConnectionGate"/> let in. Its place is free again when it is disposed.</summary>
public sealed class AcceptedConnection : IDisposable
{
    private readonly ConnectionGate _gate;
    private int _isDisposed;

    internal AcceptedConnection(ConnectionGate gate, Socket socket, PeerAddress peer)
    {
        _gate = gate;
        Peer = peer;
        Socket = socket;
    }

    /// <summary>Its socket.</summary>
    public Socket Socket { get; }

    /// <summary>For whom it counts: who opened it, or the client behind a trusted proxy. Written under the gate's lock.</summary>
    internal PeerAddress Peer { get; set; }

    /// <summary>Closes the socket. May be called more than once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Socket.Dispose();
            _gate.Leave(this);
        }
    }
}
