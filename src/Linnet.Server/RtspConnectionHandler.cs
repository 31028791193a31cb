using System.Net.Sockets;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server;

/// <summary>
/// Serves RTSP on an endpoint of the host's own Kestrel:
/// <c>kestrel.ListenAnyIP(8554, listen => listen.UseConnectionHandler&lt;RtspConnectionHandler&gt;())</c>.
/// </summary>
/// <remarks>
/// Responses and audio go directly to the connection's socket, or under TLS (<c>UseHttps</c> before it) through Kestrel's pipe. An
/// endpoint without a socket is refused. Audio goes over UDP as well if <see cref="StationServerOptions.RtpPort"/> is set. The pages do
/// not know the endpoint, so they show no RTSP address for it.
/// </remarks>
public sealed class RtspConnectionHandler : ConnectionHandler
{
    private readonly StationServer _server;

    /// <summary>A handler for the stations of a server.</summary>
    /// <param name="server">The server, which <see cref="HostingExtensions.AddLinnet"/> registers and runs.</param>
    public RtspConnectionHandler(StationServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _server = server;
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        Socket socket = EndpointOutput.SocketOf(connection, "RTSP");
        await _server.Rtsp.ServeAsync(
            connection.Transport, socket, EndpointOutput.OriginOf(connection), EndpointOutput.Of(connection, socket),
            EndpointOutput.Stopping(connection)).ConfigureAwait(false);
    }
}
