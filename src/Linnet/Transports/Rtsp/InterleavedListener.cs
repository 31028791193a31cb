using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Hears a rendition within its RTSP connection.</summary>
/// <param name="lease">Its lease of the rendition.</param>
/// <param name="remote">Its address.</param>
/// <param name="channels">The channels it chose for RTP and RTCP.</param>
/// <param name="output">The connection's output.</param>
/// <param name="rtcp">Writes the reports.</param>
/// <param name="onFinished">Called once, on the sender's thread, when no more will be sent. Must be quick.</param>
internal sealed class InterleavedListener(
    RingLease lease, IPEndPoint remote, TransportPair channels, FramedOutput output, RtcpWriter rtcp, Action<DropReason> onFinished)
    : ConnectionListener(lease, remote, TransportTotal.RtspTcp, output, onFinished), IFarewell
{
    private readonly InterleavedFraming _framing = InterleavedFraming.Of(lease.Ring);

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch) =>
        Output.TrySend(_framing.Frame(packet), (byte)channels.Rtp) || DropIfBroken();

    /// <inheritdoc/>
    internal override void SendReport(long now, SendBatch batch)
    {
        if (rtcp.Report(this, now, InterleavedFrame.HeaderLength) is byte[] report)
        {
            Output.TryPost(OnRtcpChannel(report));
        }
    }

    /// <inheritdoc/>
    internal override bool IsToldOfStop => false;

    /// <inheritdoc/>
    internal override void SendEnd(SendBatch batch) => SayGoodbye(GoodbyeReason.StationEnded, batch);

    /// <inheritdoc/>
    public void SayGoodbye(string reason, SendBatch batch) =>
        Output.Post(OnRtcpChannel(rtcp.Goodbye(this, reason, InterleavedFrame.HeaderLength)));

    private byte[] OnRtcpChannel(byte[] frame)
    {
        InterleavedFrame.WriteHeader(frame, (byte)channels.Rtcp, frame.Length - InterleavedFrame.HeaderLength);
        return frame;
    }
}
