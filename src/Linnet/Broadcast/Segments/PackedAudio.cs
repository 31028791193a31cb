using System.Buffers;
using Linnet.Wire.Tags;

namespace Linnet.Broadcast.Segments;

/// <summary>Packed Audio: an ID3 tag with the time of the first frame, then the frames as they are.</summary>
/// <param name="info">The rendition.</param>
/// <remarks>Source: RFC 8216 §3.4.</remarks>
internal sealed class PackedAudio(RenditionInfo info) : ISegmentContainer
{
    /// <inheritdoc/>
    public SegmentHead? Head => null;

    /// <inheritdoc/>
    public bool Take(FormatItem format, out SegmentHead? before)
    {
        before = null;
        return false;
    }

    /// <inheritdoc/>
    public void Write(long number, IReadOnlyList<PacketItem> packets, IBufferWriter<byte> output)
    {
        long time = ISegmentContainer.TimeOf(packets[0], info);
        Id3Timestamp.Write((long)((Int128)time * Id3Timestamp.ClockRate / info.Payload.ClockRate), output);
        foreach (PacketItem packet in packets)
        {
            output.Write(packet.Payload.Span);
        }
    }
}
