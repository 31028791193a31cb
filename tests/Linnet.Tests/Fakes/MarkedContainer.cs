using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;

namespace Linnet.Tests.Fakes;

/// <summary>
/// A stream at 128 kb/s for packets of 20 ms: for each, 320 bytes that repeat its number. A title begins a new head, as in chained Ogg: 12
/// bytes with its name.
/// </summary>
internal sealed class MarkedContainer : IStreamContainer
{
    public const int BytesPerPacket = 320;

    public ReadOnlyMemory<byte> Head { get; private set; } = "no title yet"u8.ToArray();

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        switch (item)
        {
            case TitleItem title:
                byte[] head = Encoding.ASCII.GetBytes(title.Track.Title!.PadRight(12));
                Head = head;
                output.Write(head);
                break;
            case PacketItem packet:
                Span<byte> bytes = output.GetSpan(BytesPerPacket)[..BytesPerPacket];
                for (int i = 0; i < BytesPerPacket; i += sizeof(int))
                {
                    BinaryPrimitives.WriteInt32BigEndian(bytes[i..], (int)packet.Number);
                }

                output.Advance(BytesPerPacket);
                break;
        }
    }
}
