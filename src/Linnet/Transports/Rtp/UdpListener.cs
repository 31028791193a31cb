using System.Net;
using Linnet.Broadcast;

namespace Linnet.Transports.Rtp;

/// <summary>Hears a rendition by UDP.</summary>
internal sealed class UdpListener : RtpListener
{
    private readonly RtpPortPair _ports;
    private readonly RtcpWriter _rtcp;
    private SocketAddress _rtpAddress;
    private SocketAddress _rtcpAddress;

    /// <param name="lease">Its part in the rendition.</param>
    /// <param name="remote">Where it hears RTP, as it says.</param>
    /// <param name="rtcpPort">Where it hears RTCP, as it says.</param>
    /// <param name="ports">Where from.</param>
    /// <param name="rtcp">Writes the reports.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFinished">Told that no more will be sent.</param>
    internal UdpListener(
        RingLease lease, IPEndPoint remote, int rtcpPort, RtpPortPair ports, RtcpWriter rtcp, TimeProvider time, Action<DropReason> onFinished)
        : base(lease, remote, "rtsp-udp", time, onFinished)
    {
        _ports = ports;
        _rtcp = rtcp;
        Peer = PeerAddress.Of(remote.Address);
        _rtpAddress = ports.Rtp.AddressOf(remote);
        _rtcpAddress = ports.Rtcp.AddressOf(new IPEndPoint(remote.Address, rtcpPort));
    }

    /// <summary>The only address it may be at: that of its RTSP connection.</summary>
    internal PeerAddress Peer { get; }

    /// <summary>Where RTP goes. Set to another port of the same address when it was heard from there.</summary>
    internal SocketAddress RtpAddress
    {
        get => Volatile.Read(ref _rtpAddress);
        set => Volatile.Write(ref _rtpAddress, value);
    }

    /// <summary>Where RTCP goes.</summary>
    internal SocketAddress RtcpAddress
    {
        get => Volatile.Read(ref _rtcpAddress);
        set => Volatile.Write(ref _rtcpAddress, value);
    }

    /// <summary>Whether it was heard from <see cref="RtpAddress"/>: then that is settled.</summary>
    internal bool IsRtpSettled { get; set; }

    /// <summary>Whether it was heard from <see cref="RtcpAddress"/>.</summary>
    internal bool IsRtcpSettled { get; set; }

    /// <inheritdoc/>
    protected internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        batch.Add(_ports.Rtp, RtpAddress, packet.Datagram);
        return true;
    }

    /// <inheritdoc/>
    protected internal override void SendReport(long now, SendBatch batch)
    {
        if (_rtcp.Report(this, now) is byte[] report)
        {
            batch.Add(_ports.Rtcp, RtcpAddress, report);
        }
    }

    /// <inheritdoc/>
    protected internal override void SendEnd(SendBatch batch) => batch.Add(_ports.Rtcp, RtcpAddress, _rtcp.Goodbye(this));
}
