using System.Net.Sockets;
using Linnet.Transports.Rtsp;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Endpoints;

/// <summary>
/// Serves RTSP on a Kestrel endpoint: <c>kestrel.ListenAnyIP(8554, o => o.UseConnectionHandler&lt;RtspConnectionHandler&gt;())</c>,
/// for programs that are ASP.NET Core applications already. Others use <see cref="Transports.TcpListenerHost"/>.
/// </summary>
/// <param name="server">A server that runs; the application calls <see cref="RtspServer.RunAsync"/>.</param>
/// <remarks>
/// Responses and audio go directly to the connection's socket, or under TLS (<c>UseHttps</c>) through Kestrel's pipe. An endpoint without a
/// socket is refused.
/// </remarks>
internal sealed class RtspConnectionHandler(RtspServer server) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        Socket socket = EndpointOutput.SocketOf(connection, "RTSP");
        await server.ServeAsync(
            connection.Transport, socket, null, EndpointOutput.Of(connection, socket), EndpointOutput.Stopping(connection))
                .ConfigureAwait(false);
    }
}
