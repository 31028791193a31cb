namespace Linnet.Transports.Rtsp;

/// <summary>How a client wants its packets to come.</summary>
public enum RtspTransport
{
    /// <summary>Over UDP; over TCP if the server refuses that or nothing arrives.</summary>
    Auto,

    /// <summary>Over UDP: no packet waits for another that was lost.</summary>
    Udp,

    /// <summary>In the RTSP connection: through any firewall, at the price of waiting for what was lost.</summary>
    Tcp,
}
