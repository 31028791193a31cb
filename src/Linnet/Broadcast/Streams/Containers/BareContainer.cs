using System.Buffers;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>No container: self-describing packets, one after the other (MP3).</summary>
internal sealed class BareContainer : IStreamContainer
{
    public ReadOnlyMemory<byte> Head => default;

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        if (item is PacketItem packet)
        {
            output.Write(packet.Payload.Span);
        }
    }
}
