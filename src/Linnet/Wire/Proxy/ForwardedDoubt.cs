namespace Linnet.Wire.Proxy;

/// <summary>Why the client of a proxied request is unknown.</summary>
internal enum ForwardedDoubt
{
    /// <summary>The client is known.</summary>
    None,

    /// <summary>The request claims to come through a proxy, but its address is not trusted.</summary>
    UnnamedProxy,

    /// <summary>The proxy does not state the client's address, or not as an IP address.</summary>
    NoAddress,

    /// <summary>
    /// <c>X-Forwarded-For</c> and <c>Forwarded</c> name different clients: the client wrote one of them and the proxy passed it on.
    /// </summary>
    Contradiction,

    /// <summary>Too many proxies in a row: more than 16.</summary>
    TooManyProxies,
}
