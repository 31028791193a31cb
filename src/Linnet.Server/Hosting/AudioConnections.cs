using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Server.Endpoints;
using Linnet.Transports;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Hosting;

/// <summary>Serves a connection to its end if it is about sound.</summary>
/// <param name="transport">Its bytes.</param>
/// <param name="socket">Its socket.</param>
/// <param name="origin">Who is at its far end, behind the proxies that are trusted.</param>
/// <param name="cancellationToken">The server stops.</param>
/// <returns><see langword="false"/>: it is not, and nothing of it was consumed.</returns>
public delegate ValueTask<bool> AudioConnectionHandler(
    IDuplexPipe transport, Socket socket, ClientOrigin origin, CancellationToken cancellationToken);

/// <summary>
/// Stands before Kestrel's HTTP on a port that listeners, pushers and browsers share: sound is served past it (Icecast's protocol is not
/// HTTP: docs/wire/icy.md), everything else goes on to it with its bytes untouched.
/// </summary>
/// <remarks>It sees a connection's first request alone, so the pages' answers close their connections: the next request may be for
/// sound.</remarks>
internal static class AudioConnections
{
    internal static ConnectionDelegate Before(
        ConnectionDelegate next, AudioConnectionHandler serveAudio, TrustedProxies proxies, ConnectionGate gate) => async connection =>
    {
        Socket socket = EndpointSocket.Of(connection, "Radio");
        CancellationToken stopping = EndpointSocket.Stopping(connection);
        if (connection.RemoteEndPoint is not IPEndPoint remote
            || await proxies.ReadAsync(connection.Transport.Input, remote, stopping).ConfigureAwait(false) is not ClientOrigin origin
            || !gate.TryAttribute(socket, origin.EndPoint.Address))
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(origin);
        if (!await serveAudio(connection.Transport, socket, origin, stopping).ConfigureAwait(false))
        {
            await next(connection).ConfigureAwait(false);
        }
    };
}
