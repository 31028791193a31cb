using System.Net;
using Linnet.Broadcast;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Hears a rendition within its RTSP connection.</summary>
internal sealed class InterleavedListener : Listener
{
    /// <summary>The least that the kernel may hold for a listener, in bytes.</summary>
    internal const int MinKernelBuffer = 16 * 1024;

    private static readonly TimeSpan KernelBufferTime = TimeSpan.FromSeconds(2);

    private readonly TransportPair _channels;
    private readonly RtspOutput _output;
    private readonly RtcpWriter _rtcp;
    private readonly Action<DropReason> _onFinished;

    /// <param name="lease">Its part in the rendition.</param>
    /// <param name="remote">Where it is.</param>
    /// <param name="channels">The channels it chose for RTP and RTCP.</param>
    /// <param name="output">The connection's outbound half.</param>
    /// <param name="rtcp">Writes the reports.</param>
    /// <param name="onFinished">Told once, on the sender's thread, that no more will be sent. Must be quick.</param>
    internal InterleavedListener(
        RingLease lease, IPEndPoint remote, TransportPair channels, RtspOutput output, RtcpWriter rtcp, Action<DropReason> onFinished)
        : base(lease, remote, "rtsp-tcp")
    {
        _channels = channels;
        _onFinished = onFinished;
        _output = output;
        _rtcp = rtcp;
        output.BoundKernelBuffer(KernelBufferFor(lease.Ring.Info));
    }

    /// <inheritdoc/>
    public override long UnsentBytes => _output.UnsentBytes;

    /// <summary>Two seconds of the rendition on the wire, headers included.</summary>
    internal static int KernelBufferFor(RenditionInfo info)
    {
        double packets = KernelBufferTime / info.PacketTime;
        double bytes = (KernelBufferTime.TotalSeconds * info.BitRate / 8) + (packets * (PacketItem.PrefixLength + Wire.Rtp.RtpHeader.Length));
        return (int)Math.Clamp(bytes, MinKernelBuffer, int.MaxValue / 4);
    }

    /// <inheritdoc/>
    protected internal override bool TrySend(PacketItem packet, SendBatch batch) =>
        _output.TrySend(packet, (byte)_channels.Rtp) || DropIfBroken();

    /// <inheritdoc/>
    protected internal override bool TryFlush() => _output.TryFlush() || DropIfBroken();

    /// <inheritdoc/>
    protected internal override void SendReport(long now, SendBatch batch)
    {
        if (_rtcp.Report(this, now, InterleavedFrame.HeaderLength) is byte[] report)
        {
            _output.TryPost(OnRtcpChannel(report));
        }
    }

    /// <inheritdoc/>
    protected internal override void SendEnd(SendBatch batch) =>
        _output.Post(OnRtcpChannel(_rtcp.Goodbye(this, InterleavedFrame.HeaderLength)));

    /// <inheritdoc/>
    protected internal override void OnFinished(DropReason reason) => _onFinished(reason);

    private byte[] OnRtcpChannel(byte[] frame)
    {
        InterleavedFrame.WriteHeader(frame, (byte)_channels.Rtcp, frame.Length - InterleavedFrame.HeaderLength);
        return frame;
    }

    private bool DropIfBroken()
    {
        if (_output.IsBroken)
        {
            Drop(DropReason.Disconnected);
        }

        return false;
    }
}
