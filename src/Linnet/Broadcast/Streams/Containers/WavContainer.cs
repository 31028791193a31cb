using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>A WAV without an end: a header that leaves the length open, then samples.</summary>
internal sealed class WavContainer : IStreamContainer
{
    /// <summary>A WAV.</summary>
    /// <param name="pcm">How the ring's packets are stored.</param>
    internal WavContainer(RawPcmFormat pcm)
    {
        var header = new WavHeader(pcm, DataLength: null);
        byte[] head = new byte[header.Length];
        header.Write(head);
        Head = head;
    }

    public ReadOnlyMemory<byte> Head { get; }

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        if (item is PacketItem packet)
        {
            output.Write(packet.Payload.Span);
        }
    }
}
