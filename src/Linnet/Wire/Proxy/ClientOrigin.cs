using System.Net;

namespace Linnet.Wire.Proxy;

/// <summary>Who is at the far end of a connection, behind the proxies that are believed.</summary>
/// <param name="EndPoint">
/// The client's address, IPv4 never as mapped IPv6; port 0 where a proxy does not tell the port. For <see cref="ClientRoute.Hidden"/>: the
/// nearest address that is known, which is a proxy's.
/// </param>
/// <param name="Route">How it got here.</param>
public sealed record ClientOrigin(IPEndPoint EndPoint, ClientRoute Route = ClientRoute.Direct)
{
    /// <summary>Whether a proxy says that it has taken TLS off the connection.</summary>
    public bool IsTls { get; init; }

    /// <summary>
    /// Whether another machine stands between, as who opened the connection or as a proxy behind that: then a loopback address is that
    /// machine's own, and not this one's. Only of proxies that are believed; default <see langword="false"/>.
    /// </summary>
    public bool IsThroughOther { get; init; }

    /// <summary>Whether the client is this machine itself.</summary>
    public bool IsHere => IPAddress.IsLoopback(EndPoint.Address) && Route is not ClientRoute.Hidden && !IsThroughOther;
}
