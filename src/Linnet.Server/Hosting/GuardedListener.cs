using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Linnet.Server.Hosting;

/// <summary>A Kestrel listening socket that admits connections through a gate.</summary>
/// <remarks><see cref="AcceptAsync"/> never throws: Kestrel would stop accepting for good.</remarks>
internal sealed class GuardedListener(Socket socket, ConnectionGate gate, SocketConnectionContextFactory contexts) : IConnectionListener
{
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await gate.AcceptAsync(socket, cancellationToken).ConfigureAwait(false) is AcceptedConnection connection)
        {
            try
            {
                connection.Socket.TrySetNoDelay();
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
