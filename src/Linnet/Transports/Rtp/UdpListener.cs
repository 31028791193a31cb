using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>A listener to a rendition over UDP, in the clear or over SRTP.</summary>
/// <remarks>
/// Over SRTP each datagram is encrypted for this listener alone, in the batch's memory. No packet number is encrypted twice: a packet that
/// was sent before, as the first after a short pause may be, is not sent again.
/// </remarks>
internal sealed class UdpListener : Listener, IFarewell
{
    private readonly UdpRoute _route;
    private readonly RtcpWriter _rtcp;
    private readonly Action<DropReason> _onFinished;
    private readonly RepairSender? _repair;
    private readonly RtpFraming _rtp;
    private readonly SrtpSession? _srtp;
    private long _newest = -1;

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
        _srtp = route.Srtp;
    }

    /// <inheritdoc/>
    internal override (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute =>
        _srtp is null && _repair?.Redundancy is null ? (_route.Rtp, _route.RtpAddress, _rtp) : null;

    /// <inheritdoc/>
    internal override void OnSent(PacketItem newest) => _repair?.OnSent(newest);

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        if (!CanResumeAt(packet))
        {
            // It resumed while no packet came, so that nothing told how long the pause was.
            Drop(DropReason.PausedTooLong);
            return false;
        }

        if (_srtp is null || packet.Number > _newest)
        {
            AddRtp(_repair?.DatagramOf(packet, Ring) ?? _rtp.Frame(packet), batch);
            _newest = packet.Number;
        }

        return true;
    }

    /// <inheritdoc/>
    internal override void SendRepair(long now, SendBatch batch) =>
        _repair?.Send(now, Ring, datagram => AddRtp(datagram, batch));

    /// <inheritdoc/>
    protected override int PayloadBytesOf(PacketItem packet) => _repair?.LastPayloadBytes ?? packet.Payload.Length;

    /// <inheritdoc/>
    internal override void SendReport(long now, SendBatch batch)
    {
        if (_rtcp.Report(this, now, feedback: _route.Feedback) is byte[] report)
        {
            AddRtcp(report, batch);
        }
    }

    /// <inheritdoc/>
    internal override bool IsToldOfStop => false;

    /// <inheritdoc/>
    internal override void SendEnd(SendBatch batch) => SayGoodbye(GoodbyeReason.StationEnded, batch);

    /// <inheritdoc/>
    public void SayGoodbye(string reason, SendBatch batch) => AddRtcp(_rtcp.Goodbye(this, reason), batch);

    /// <inheritdoc/>
    internal override void OnFinished(DropReason reason) => _onFinished(reason);

    /// <summary>Whether the audio may go on with a packet: not over SRTP after so long a pause that the player would lose count.</summary>
    internal bool CanResumeAt(PacketItem packet) => _srtp is null || _newest < 0 || packet.Number - _newest < SrtpSession.MaxGap;

    private void AddRtp(ReadOnlyMemory<byte> datagram, SendBatch batch)
    {
        if (_srtp is not null)
        {
            Memory<byte> own = batch.Rent(_route.Rtp, datagram.Length + SrtpSession.MaxTrailer);
            datagram.CopyTo(own);
            datagram = own[.._srtp.Encrypt(own.Span, datagram.Length)];
        }

        batch.Add(_route.Rtp, _route.RtpAddress, datagram);
    }

    private void AddRtcp(ReadOnlyMemory<byte> datagram, SendBatch batch)
    {
        if (_srtp is not null)
        {
            Memory<byte> own = batch.Rent(_route.Rtcp, datagram.Length + SrtpSession.MaxTrailer);
            datagram.CopyTo(own);
            datagram = own[.._srtp.EncryptRtcp(own.Span, datagram.Length)];
        }

        batch.Add(_route.Rtcp, _route.RtcpAddress, datagram);
    }
}
