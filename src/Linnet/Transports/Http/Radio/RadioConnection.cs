using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http.Radio;

/// <summary>A connection whose request is read or answered.</summary>
/// <param name="Transport">Its bytes.</param>
/// <param name="Socket">Its socket.</param>
/// <param name="Request">Who asks, and how it knows this server: what is known of that so far.</param>
/// <param name="IsProxy">Whether that is a trusted proxy which has not said yet for whom it asks.</param>
internal sealed record RadioConnection(IDuplexPipe Transport, Socket Socket, ForwardedRequest Request, bool IsProxy)
{
    /// <summary>Where the client is.</summary>
    internal IPEndPoint Remote => Request.Origin.EndPoint;

    /// <summary>The same for the limits.</summary>
    internal PeerAddress Peer => PeerAddress.Of(Remote.Address);
}
