namespace Linnet.Transports.Rtsp;

/// <summary>The transport that a client requests for packets.</summary>
public enum RtspTransport
{
    /// <summary>Over UDP; over TCP if the server refuses that or nothing arrives.</summary>
    Auto,

    /// <summary>Over UDP: a lost packet does not delay others.</summary>
    Udp,

    /// <summary>In the RTSP connection: passes any firewall, but a lost packet delays those after it.</summary>
    Tcp,
}
