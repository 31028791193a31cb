namespace Linnet.Transports;

/// <summary>Where an address lies, as seen from this machine.</summary>
internal enum NetworkSide
{
    /// <summary>On this machine, or in a network that is not reachable from the Internet.</summary>
    Inner,

    /// <summary>Possibly inner, possibly outer: a public address of our own network, or a tunnel whose far end is unknown.</summary>
    Unclear,

    /// <summary>Everywhere else: addresses that everyone can reach as well as we can.</summary>
    Outer,
}
