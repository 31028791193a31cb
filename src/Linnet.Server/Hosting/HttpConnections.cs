using System.Net;
using System.Net.Sockets;
using Linnet.Server.Endpoints;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Hosting;

/// <summary>
/// Stands before Kestrel's HTTP on a port that listeners, pushers and browsers share: <see cref="HttpFront"/> serves a connection whose
/// first request is about audio (Icecast's protocol is not HTTP: docs/wire/icy.md), and Kestrel gets the others with their bytes untouched.
/// </summary>
internal static class HttpConnections
{
    internal static ConnectionDelegate Before(
        ConnectionDelegate next, HttpFront front, PageConnections pages, TrustedProxies proxies, ConnectionGate gate) => async connection =>
    {
        Socket socket = EndpointOutput.SocketOf(connection, "HTTP");
        CancellationToken stopping = EndpointOutput.Stopping(connection);
        if (connection.RemoteEndPoint is not IPEndPoint remote
            || await proxies.ReadAsync(connection.Transport.Input, remote, stopping).ConfigureAwait(false) is not ClientOrigin origin
            || !gate.TryAttribute(socket, origin.EndPoint.Address))
        {
            connection.Abort();
            return;
        }

        await front.ServeAsync(
            connection.Transport, socket, origin, EndpointOutput.Of(connection, socket),
            (head, request) => pages.ServeAsync(connection, origin, head, request, next), stopping).ConfigureAwait(false);
    };
}
