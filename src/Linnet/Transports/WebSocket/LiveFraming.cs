using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Wire.WebSocket;

namespace Linnet.Transports.WebSocket;

/// <summary>A packet as a binary message, with its position and the time when it is due.</summary>
/// <param name="TicksPerSecond">Frequency of the clock in whose ticks packets are due.</param>
internal sealed record LiveFraming(long TicksPerSecond) : EnvelopeFraming
{
    /// <summary>The framing of a ring's packets.</summary>
    internal static LiveFraming Of(BroadcastRing ring, long ticksPerSecond) => ring.Know(new LiveFraming(ticksPerSecond));

    /// <inheritdoc/>
    internal override int HeadLength(int payloadLength) =>
        WebSocketFrame.HeaderLength(LivePacketHeader.Length + payloadLength) + LivePacketHeader.Length;

    /// <inheritdoc/>
    internal override void WriteAround(PacketItem packet, Span<byte> frame)
    {
        ArgumentNullException.ThrowIfNull(packet);
        int head = WebSocketFrame.WriteHeader(frame, WebSocketOpcode.Binary, LivePacketHeader.Length + packet.Payload.Length);
        new LivePacketHeader((uint)packet.Frames, packet.Position, packet.DueAt.InMicroseconds(TicksPerSecond))
            .Write(frame[head..]);
    }
}
