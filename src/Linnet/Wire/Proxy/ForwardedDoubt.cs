namespace Linnet.Wire.Proxy;

/// <summary>Why it is not known who sent a request that came through a proxy.</summary>
public enum ForwardedDoubt
{
    /// <summary>It is known.</summary>
    None,

    /// <summary>The request says that it came through a proxy, but from an address that is not believed.</summary>
    UnnamedProxy,

    /// <summary>The proxy does not say the client's address, or not as an IP address.</summary>
    NoAddress,

    /// <summary>
    /// <c>X-Forwarded-For</c> and <c>Forwarded</c> name different clients: the client wrote one of them, and the proxy passed it on.
    /// </summary>
    Contradiction,

    /// <summary>There are more proxies in a row than there can be.</summary>
    TooManyProxies,
}
