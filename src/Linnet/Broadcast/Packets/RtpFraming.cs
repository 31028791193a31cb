using Linnet.Wire.Rtsp;

namespace Linnet.Broadcast.Packets;

/// <summary>An RTP packet: header and payload. It is a part of the interleaved frame, so it is never made by itself.</summary>
/// <param name="Interleaved">The interleaved frame that contains it.</param>
internal sealed record RtpFraming(InterleavedFraming Interleaved) : PacketFraming
{
    /// <summary>The framing of a ring's packets.</summary>
    public static RtpFraming Of(BroadcastRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        return ring.Know(new RtpFraming(InterleavedFraming.Of(ring)));
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Frame(PacketItem packet) => Make(packet);

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte> Make(PacketItem packet) => Interleaved.Frame(packet)[InterleavedFrame.HeaderLength..];
}
