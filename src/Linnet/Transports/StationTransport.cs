namespace Linnet.Transports;

/// <summary>How a station's sound comes.</summary>
public enum StationTransport
{
    /// <summary>Datagrams of UDP.</summary>
    Udp,

    /// <summary>Packets over a TCP connection.</summary>
    Tcp,

    /// <summary>A stream over HTTP or HTTPS.</summary>
    Http,
}
