using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Broadcast.Packets;

/// <summary>An RTP packet as a frame on interleaved channel 0 of an RTSP connection. For another channel byte 1 differs.</summary>
/// <remarks>Source: RFC 2326 §10.12.</remarks>
/// <param name="Stream">The numbers for the RTP header.</param>
internal sealed record InterleavedFraming(RtpStreamIdentity Stream) : EnvelopeFraming
{
    /// <summary>Bytes before the payload: the frame's header and the RTP header.</summary>
    public const int EnvelopeLength = InterleavedFrame.HeaderLength + RtpHeader.Length;

    /// <summary>The longest payload: the frame has 16 bits for the length of RTP header and payload.</summary>
    public const int MaxPayload = InterleavedFrame.MaxPayload - RtpHeader.Length;

    /// <summary>The framing of a ring's packets.</summary>
    public static InterleavedFraming Of(BroadcastRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        return ring.Know(new InterleavedFraming(ring.Info.Stream));
    }

    /// <inheritdoc/>
    internal override int HeadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, MaxPayload);
        return EnvelopeLength;
    }

    /// <inheritdoc/>
    internal override void WriteAround(PacketItem packet, Span<byte> frame)
    {
        ArgumentNullException.ThrowIfNull(packet);
        InterleavedFrame.WriteHeader(frame, channel: 0, frame.Length - InterleavedFrame.HeaderLength);
        var header = new RtpHeader(
            RtpStreamIdentity.PayloadType, packet.Marker, Stream.SequenceNumberOf(packet.Number), Stream.TimestampOf(packet.Position),
            Stream.Ssrc);
        header.Write(frame[InterleavedFrame.HeaderLength..]);
    }
}
