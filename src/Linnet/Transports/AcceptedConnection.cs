using System.Net.Sockets;
using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>A connection that a <see cref="ConnectionGate"/> accepted. Disposing it frees its place.</summary>
internal sealed class AcceptedConnection : IDisposable
{
    private readonly ConnectionGate _gate;
    private int _isDisposed;

    internal AcceptedConnection(ConnectionGate gate, Socket socket, PeerAddress peer)
    {
        _gate = gate;
        Peer = peer;
        Socket = socket;
    }

    /// <summary>The connection's socket.</summary>
    public Socket Socket { get; }

    /// <summary>
    /// The peer that this connection counts for: its own, or the client behind a trusted proxy. Written under the gate's lock.
    /// </summary>
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
