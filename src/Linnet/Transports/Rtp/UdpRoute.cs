using System.Net;

namespace Linnet.Transports.Rtp;

/// <summary>Where one listener's datagrams go: as it said in SETUP, or as its own packets have shown since.</summary>
/// <remarks><see cref="RtpSender"/> keeps it up to date; sender threads read it.</remarks>
internal sealed class UdpRoute
{
    private SocketAddress _rtpAddress;
    private SocketAddress _rtcpAddress;

    /// <param name="ports">Our own.</param>
    /// <param name="address">The only address it may be at: that of its RTSP connection.</param>
    /// <param name="rtpPort">Where it hears RTP, as it says.</param>
    /// <param name="rtcpPort">Where it hears RTCP, as it says.</param>
    /// <param name="feedback">Takes what is heard of it.</param>
    internal UdpRoute(RtpPortPair ports, IPAddress address, int rtpPort, int rtcpPort, RtpFeedback feedback)
    {
        Ports = ports;
        Feedback = feedback;
        Peer = PeerAddress.Of(address);
        _rtpAddress = ports.Rtp.AddressOf(new IPEndPoint(address, rtpPort));
        _rtcpAddress = ports.Rtcp.AddressOf(new IPEndPoint(address, rtcpPort));
    }

    /// <summary>Where its datagrams come from.</summary>
    internal RtpPortPair Ports { get; }

    /// <summary>Takes what is heard of it.</summary>
    internal RtpFeedback Feedback { get; }

    /// <summary>Its address, whatever the port.</summary>
    internal PeerAddress Peer { get; }

    /// <summary>Where RTP goes.</summary>
    internal SocketAddress RtpAddress
    {
        get => Volatile.Read(ref _rtpAddress);
        set
        {
            Volatile.Write(ref _rtpAddress, value);
            OnChanged?.Invoke();
        }
    }

    /// <summary>Told, on any thread, that <see cref="RtpAddress"/> is another one.</summary>
    internal Action? OnChanged { get; set; }

    /// <summary>Where RTCP goes.</summary>
    internal SocketAddress RtcpAddress
    {
        get => Volatile.Read(ref _rtcpAddress);
        set => Volatile.Write(ref _rtcpAddress, value);
    }

    /// <summary>Whether it was heard from <see cref="RtpAddress"/>: then that stays.</summary>
    internal bool IsRtpSettled { get; set; }

    /// <summary>Whether it was heard from <see cref="RtcpAddress"/>: then that stays.</summary>
    internal bool IsRtcpSettled { get; set; }
}
