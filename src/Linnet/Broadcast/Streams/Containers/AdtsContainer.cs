using System.Buffers;
using Linnet.Wire.Mpeg;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>AAC in ADTS: a header before each packet. A listener can join at any of them.</summary>
/// <param name="info">The rendition: AAC-LC with one packet per item.</param>
internal sealed class AdtsContainer(RenditionInfo info) : IStreamContainer
{
    public ReadOnlyMemory<byte> Head => default;

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        if (item is PacketItem packet)
        {
            AdtsHeader.Write(
                output.GetSpan(AdtsHeader.Length), info.Payload.ClockRate, info.Payload.Channels, packet.Payload.Length);
            output.Advance(AdtsHeader.Length);
            output.Write(packet.Payload.Span);
        }
    }
}
