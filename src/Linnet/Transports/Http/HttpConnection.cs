using System.IO.Pipelines;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http;

/// <summary>A connection whose first request is read, and perhaps answered, without the web server.</summary>
/// <param name="Transport">Its bytes.</param>
/// <param name="Socket">Its socket.</param>
/// <param name="Output">Sends to the client.</param>
/// <param name="Origin">The client, as far as it is known without the request.</param>
/// <param name="IsProxy">Whether that is a trusted proxy, so that the client is known only from the request.</param>
internal sealed record HttpConnection(
    IDuplexPipe Transport, Socket Socket, ConnectionOutput Output, ClientOrigin Origin, bool IsProxy)
{
    /// <summary>The client's address for the limits.</summary>
    internal PeerAddress Peer => PeerAddress.Of(Origin.EndPoint.Address);
}
