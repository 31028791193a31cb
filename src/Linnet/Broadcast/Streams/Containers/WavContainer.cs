using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Wav;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>A WAV without an end: a header that leaves the length open, then samples.</summary>
internal sealed class WavContainer : IStreamContainer
{
    /// <summary>A WAV.</summary>
    /// <param name="info">The rendition. The name of its payload says how samples are stored.</param>
    /// <exception cref="ArgumentException">It is not PCM.</exception>
    internal WavContainer(RenditionInfo info)
    {
        if (!SampleEncoding.TryParse(info.Payload.EncodingName, out SampleEncoding? encoding))
        {
            throw new ArgumentException($"{info} is {info.Payload}, which no WAV can hold.", nameof(info));
        }

        var header = new WavHeader(new RawPcmFormat(encoding, info.Payload.Clock), DataLength: null);
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
