namespace Linnet.Transports;

/// <summary>Where an address lies, as seen from this machine.</summary>
internal enum NetworkSide
{
    /// <summary>On this machine, or in a network that the rest of the world does not reach.</summary>
    Inner,

    /// <summary>Perhaps inner, perhaps outer: a public address of our own network, or a tunnel whose far end does not show.</summary>
    Unclear,

    /// <summary>Anywhere else: what everybody reaches as well as we do.</summary>
    Outer,
}
