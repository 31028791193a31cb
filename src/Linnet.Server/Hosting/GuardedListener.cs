using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Linnet.Server.Hosting;

/// <summary>A listening socket of Kestrel's whose connections come through a gate.</summary>
/// <remarks>Kestrel stops accepting for good when <see cref="AcceptAsync"/> throws, so it does not.</remarks>
internal sealed class GuardedListener(Socket socket, ConnectionGate gate, SocketConnectionContextFactory contexts) : IConnectionListener
{
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await gate.AcceptAsync(socket, cancellationToken).ConfigureAwait(false) is AcceptedConnection connection)
        {
            try
            {
                connection.Socket.NoDelay = true;
                return new GuardedConnection(contexts.Create(connection.Socket), connection);
            }
            catch (Exception e)
            {
                connection.Dispose();
                gate.ReportFailure(e);
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        contexts.Dispose();
        return ValueTask.CompletedTask;
    }
}
