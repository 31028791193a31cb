using System.Net.Sockets;
using Linnet.Transports.Rtsp;
using Microsoft.AspNetCore.Connections;

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
        Socket socket = EndpointSocket.Of(connection, "RTSP");
        await server.ServeAsync(connection.Transport, socket, EndpointSocket.Stopping(connection)).ConfigureAwait(false);
    }
}
