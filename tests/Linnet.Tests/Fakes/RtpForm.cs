using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests;

/// <summary>What RTP makes of a packet that was made for it.</summary>
internal static class RtpForm
{
    extension(PacketItem packet)
    {
        public ReadOnlyMemory<byte> InterleavedFrame => Framing(packet).Frame(packet);

        public ReadOnlyMemory<byte> Datagram => packet.InterleavedFrame[InterleavedFrame.HeaderLength..];

        public ushort SequenceNumber => Framing(packet).Stream.SequenceNumberOf(packet.Number);

        public uint Timestamp => Framing(packet).Stream.TimestampOf(packet.Position);
    }

    private static InterleavedFraming Framing(PacketItem packet) => (InterleavedFraming)packet.Framing!;
}
