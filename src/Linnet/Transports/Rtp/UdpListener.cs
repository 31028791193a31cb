using System.Net;
using Linnet.Broadcast;

namespace Linnet.Transports.Rtp;

/// <summary>Hears a rendition by UDP.</summary>
/// <param name="lease">Its part in the rendition.</param>
/// <param name="remote">Where its session comes from.</param>
/// <param name="route">Where its datagrams go.</param>
/// <param name="rtcp">Writes the reports.</param>
/// <param name="onFinished">Told once, on the sender's thread, that no more will be sent. Must be quick.</param>
internal sealed class UdpListener(RingLease lease, IPEndPoint remote, UdpRoute route, RtcpWriter rtcp, Action<DropReason> onFinished)
    : Listener(lease, remote, "rtsp-udp")
{
    /// <inheritdoc/>
    protected internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        batch.Add(route.Ports.Rtp, route.RtpAddress, packet.Datagram);
        return true;
    }

    /// <inheritdoc/>
    protected internal override void SendReport(long now, SendBatch batch)
    {
        if (rtcp.Report(this, now) is byte[] report)
        {
            batch.Add(route.Ports.Rtcp, route.RtcpAddress, report);
        }
    }

    /// <inheritdoc/>
    protected internal override void SendEnd(SendBatch batch) => batch.Add(route.Ports.Rtcp, route.RtcpAddress, rtcp.Goodbye(this));

    /// <inheritdoc/>
    protected internal override void OnFinished(DropReason reason) => onFinished(reason);
}
