using System.Net.Sockets;
using Linnet.Transports.PyAudio;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Endpoints;

/// <summary>
/// Serves the PyAudio tutorial's TCP clients on a Kestrel endpoint:
/// <c>kestrel.ListenAnyIP(9610, o => o.UseConnectionHandler&lt;PyAudioConnectionHandler&gt;())</c>, for programs that are ASP.NET Core
/// applications already. Others use <see cref="Transports.TcpListenerHost"/>.
/// </summary>
/// <param name="server">Serves the connections.</param>
/// <remarks>
/// Audio goes directly to the connection's socket, or under TLS (<c>UseHttps</c>) through Kestrel's pipe. An endpoint without a socket is
/// refused.
/// </remarks>
internal sealed class PyAudioConnectionHandler(PyAudioTcpServer server) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        Socket socket = EndpointOutput.SocketOf(connection, "PyAudio");
        await server.ServeAsync(
            connection.Transport, socket, EndpointOutput.Of(connection, socket), EndpointOutput.Stopping(connection)).ConfigureAwait(false);
    }
}
