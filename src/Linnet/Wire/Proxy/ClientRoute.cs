namespace Linnet.Wire.Proxy;

/// <summary>How a client reached the server.</summary>
internal enum ClientRoute
{
    /// <summary>Directly.</summary>
    Direct,

    /// <summary>Through a trusted proxy that named the client.</summary>
    Proxied,

    /// <summary>Through a proxy that is not trusted, or that does not name the client.</summary>
    Hidden,
}
