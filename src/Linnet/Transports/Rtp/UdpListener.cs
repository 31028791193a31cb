using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>A listener to a rendition over UDP.</summary>
internal sealed class UdpListener : Listener, IFarewell
{
    private readonly UdpRoute _route;
    private readonly RtcpWriter _rtcp;
    private readonly Action<DropReason> _onFinished;
    private readonly RepairSender? _repair;
    private readonly RtpFraming _rtp;

    /// <param name="lease">Its part in the rendition.</param>
    /// <param name="remote">Where its session comes from.</param>
    /// <param name="route">Where its datagrams go.</param>
    /// <param name="rtcp">Writes the reports.</param>
    /// <param name="onFinished">Called once, on the sender's thread, when no more will be sent. Must be quick.</param>
    internal UdpListener(RingLease lease, IPEndPoint remote, UdpRoute route, RtcpWriter rtcp, Action<DropReason> onFinished)
        : base(lease, remote, TransportTotal.RtspUdp)
    {
        _route = route;
        _rtcp = rtcp;
        _onFinished = onFinished;
        _repair = route.Feedback.Repair;
        _repair?.OnAsked = WantRepair;
        _route.OnChanged = WantRepair;
        _rtp = RtpFraming.Of(lease.Ring);
    }

    /// <inheritdoc/>
    internal override (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute =>
        _repair?.Redundancy is null ? (_route.Rtp, _route.RtpAddress, _rtp) : null;

    /// <inheritdoc/>
    internal override void OnSent(PacketItem newest) => _repair?.OnSent(newest);

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        batch.Add(_route.Rtp, _route.RtpAddress, _repair?.DatagramOf(packet, Ring) ?? _rtp.Frame(packet));
        return true;
    }

    /// <inheritdoc/>
    internal override void SendRepair(long now, SendBatch batch) =>
        _repair?.Send(now, Ring, datagram => batch.Add(_route.Rtp, _route.RtpAddress, datagram));

    /// <inheritdoc/>
    protected override int PayloadBytesOf(PacketItem packet) => _repair?.LastPayloadBytes ?? packet.Payload.Length;

    /// <inheritdoc/>
    internal override void SendReport(long now, SendBatch batch)
    {
        if (_rtcp.Report(this, now, feedback: _route.Feedback) is byte[] report)
        {
            batch.Add(_route.Rtcp, _route.RtcpAddress, report);
        }
    }

    /// <inheritdoc/>
    internal override bool IsToldOfStop => false;

    /// <inheritdoc/>
    internal override void SendEnd(SendBatch batch) => SayGoodbye(GoodbyeReason.StationEnded, batch);

    /// <inheritdoc/>
    public void SayGoodbye(string reason, SendBatch batch) => batch.Add(_route.Rtcp, _route.RtcpAddress, _rtcp.Goodbye(this, reason));

    /// <inheritdoc/>
    internal override void OnFinished(DropReason reason) => _onFinished(reason);
}
