using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Linnet.Server.Endpoints;

/// <summary>What protocols need that send sound past Kestrel's pipe.</summary>
internal static class EndpointSocket
{
    /// <summary>The connection's socket.</summary>
    /// <exception cref="InvalidOperationException">The endpoint has none, or TLS.</exception>
    internal static Socket Of(ConnectionContext connection, string protocol)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Socket socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException($"{protocol} needs an endpoint with a socket of its own: Kestrel's socket transport.");
        return connection.Features.Get<ITlsHandshakeFeature>() is null
            ? socket
            : throw new InvalidOperationException($"{protocol} does not work behind TLS yet: remove UseHttps from its endpoint.");
    }

    /// <summary>
    /// Asks for the connection's end. Not <c>ConnectionClosed</c>: that the client left is seen by reading, and is no reason to say
    /// goodbye.
    /// </summary>
    internal static CancellationToken Stopping(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
}
