using System.Net.Sockets;
using Linnet.Transports.Rtsp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Linnet.Server.Endpoints;

/// <summary>
/// Serves RTSP on an endpoint of Kestrel's: <c>kestrel.ListenAnyIP(8554, o => o.UseConnectionHandler&lt;RtspConnectionHandler&gt;())</c>,
/// for programs that are ASP.NET Core applications already. Others use <see cref="Transports.TcpListenerHost"/>.
/// </summary>
/// <param name="server">A server that runs; <see cref="RtspServer.RunAsync"/> is the application's to call.</param>
/// <remarks>Answers and sound go straight to the connection's socket, so an endpoint with TLS, or without a socket, is refused.</remarks>
public sealed class RtspConnectionHandler(RtspServer server) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Socket socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("RTSP needs an endpoint with a socket of its own: Kestrel's socket transport.");
        if (connection.Features.Get<ITlsHandshakeFeature>() is not null)
        {
            throw new InvalidOperationException("RTSP does not work behind TLS yet: remove UseHttps from its endpoint.");
        }

        // Not ConnectionClosed: that the client left is seen by reading, and is no reason to say goodbye.
        CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        await server.ServeAsync(connection.Transport, socket, stopping).ConfigureAwait(false);
    }
}
