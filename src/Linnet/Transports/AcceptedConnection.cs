using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>A connection that a <see cref="ConnectionGate"/> let in. Its place is free again when it is disposed.</summary>
public sealed class AcceptedConnection : IDisposable
{
    private readonly ConnectionGate _gate;
    private readonly PeerAddress _peer;
    private int _isDisposed;

    internal AcceptedConnection(ConnectionGate gate, Socket socket, PeerAddress peer)
    {
        _gate = gate;
        _peer = peer;
        Socket = socket;
    }

    /// <summary>Its socket.</summary>
    public Socket Socket { get; }

    /// <summary>Closes the socket. May be called more than once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Socket.Dispose();
            _gate.Leave(_peer);
        }
    }
}
