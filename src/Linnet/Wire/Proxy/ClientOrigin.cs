using System.Net;

namespace Linnet.Wire.Proxy;

/// <summary>The client at the far end of a connection, behind any trusted proxies.</summary>
/// <param name="EndPoint">
/// The client's address; IPv4 is never mapped to IPv6. Port 0 if a proxy does not state the port. For <see cref="ClientRoute.Hidden"/>,
/// the nearest known address, which is a proxy's.
/// </param>
/// <param name="Route">How the client reached the server.</param>
internal sealed record ClientOrigin(IPEndPoint EndPoint, ClientRoute Route = ClientRoute.Direct)
{
    /// <summary>Whether a proxy states that it terminated TLS for the connection.</summary>
    public bool IsTls { get; init; }

    /// <summary>
    /// Whether another machine is involved, either the peer or a proxy behind it. A loopback address then belongs to that machine, not
    /// to this one. Counts trusted proxies only; default <see langword="false"/>.
    /// </summary>
    public bool IsThroughOther { get; init; }

    /// <summary>Whether the client runs on this machine.</summary>
    public bool IsHere => IPAddress.IsLoopback(EndPoint.Address) && Route is not ClientRoute.Hidden && !IsThroughOther;
}
