using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Linnet.Server.Endpoints;

/// <summary>What protocols need to send audio past Kestrel's pipe.</summary>
internal static class EndpointSocket
{
    /// <summary>The connection's socket.</summary>
    /// <exception cref="InvalidOperationException">The endpoint has no socket, or uses TLS.</exception>
    internal static Socket Of(ConnectionContext connection, string protocol)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Socket socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException($"{protocol} needs an endpoint with a socket: use Kestrel's socket transport.");
        return connection.Features.Get<ITlsHandshakeFeature>() is null
            ? socket
            : throw new InvalidOperationException($"{protocol} does not work behind TLS yet: remove UseHttps from its endpoint.");
    }

    /// <summary>
    /// Canceled when the connection should end. It is not <c>ConnectionClosed</c>: a client's departure is seen by reading, and needs no
    /// farewell.
    /// </summary>
    internal static CancellationToken Stopping(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
}
