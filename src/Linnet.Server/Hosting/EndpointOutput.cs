using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Linnet.Wire;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Linnet.Server.Hosting;

/// <summary>The output of a Kestrel connection for a protocol: directly its socket, or Kestrel's pipe under TLS.</summary>
internal static class EndpointOutput
{
    /// <summary>The connection's socket.</summary>
    /// <exception cref="InvalidOperationException">The endpoint has none.</exception>
    internal static Socket SocketOf(ConnectionContext connection, string protocol)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException($"{protocol} needs an endpoint with a socket of its own: Kestrel's socket transport.");
    }

    /// <summary>The connection's output.</summary>
    internal static ConnectionOutput Of(ConnectionContext connection, Socket socket) =>
        connection.Features.Get<ITlsHandshakeFeature>() is null
            ? ConnectionOutput.ToSocket(socket)
            : ConnectionOutput.ToPipe(connection.Transport.Output, socket, connection.Abort);

    /// <summary>
    /// The client, if it is known here: a PROXY header was read before, or the connection has TLS. <see langword="null"/>: the peer of the
    /// socket.
    /// </summary>
    internal static ClientOrigin? OriginOf(ConnectionContext connection) =>
        connection.Features.Get<ClientOrigin>()
        ?? (connection.Features.Get<ITlsHandshakeFeature>() is not null && connection.RemoteEndPoint is IPEndPoint remote
            ? new ClientOrigin(remote.Unmapped()) { IsTls = true } : null);

    /// <summary>
    /// Canceled when the connection should end. It is not <c>ConnectionClosed</c>: reading detects a client that has left, and it needs
    /// no goodbye.
    /// </summary>
    internal static CancellationToken Stopping(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
}
