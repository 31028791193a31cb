namespace Linnet.Wire.Proxy;

/// <summary>How a client reached the server.</summary>
public enum ClientRoute
{
    /// <summary>By a connection of its own.</summary>
    Direct,

    /// <summary>Through a proxy that is believed and said whose connection it is.</summary>
    Proxied,

    /// <summary>Through a proxy that is not believed, or that does not say whose connection it is.</summary>
    Hidden,
}
