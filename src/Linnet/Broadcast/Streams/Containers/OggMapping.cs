using System.Buffers;
using Linnet.Wire.Ogg;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>How a codec lies in Ogg: its header packets, and what its decoder does at the start of a stream.</summary>
internal abstract class OggMapping
{
    /// <summary>Frames per second that granule positions count.</summary>
    internal abstract int SampleRate { get; }

    /// <summary>Frames that a player throws away at the start of what was encoded: the encoder's delay.</summary>
    internal virtual int PreSkip => 0;

    /// <summary>Whether the head of a stream can say that, as Opus' can.</summary>
    internal virtual bool HasPreSkip => false;

    /// <summary>The number of packets that a decoder needs after its start before its output is right.</summary>
    internal virtual int PacketsBefore => 0;

    /// <summary>Writes the header pages.</summary>
    /// <param name="pages">The new stream.</param>
    /// <param name="headers">Those of the ring's format.</param>
    /// <param name="tags">The title and artist.</param>
    /// <param name="preSkip">Frames that a player discards at the start of this stream, if the codec can express that.</param>
    /// <param name="output">Takes the pages.</param>
    internal abstract void WriteHeaders(
        OggPageWriter pages, IReadOnlyList<ReadOnlyMemory<byte>> headers, VorbisComment tags, int preSkip, IBufferWriter<byte> output);
}

/// <summary>Opus: RFC 7845. Passed-through Opus may bring its own head.</summary>
internal sealed class OggOpusMapping(RenditionInfo info) : OggMapping
{
    internal override int SampleRate => 48_000;

    internal override int PreSkip => info.Delay;

    internal override bool HasPreSkip => true;

    /// <summary>80 ms of the usual packets: so long a decoder needs to be right (§4.6).</summary>
    internal override int PacketsBefore => 4;

    internal override void WriteHeaders(
        OggPageWriter pages, IReadOnlyList<ReadOnlyMemory<byte>> headers, VorbisComment tags, int preSkip, IBufferWriter<byte> output)
    {
        if (headers.Count == 0 || !OpusHead.TryParse(headers[0].Span, out OpusHead? head))
        {
            int channels = info.Payload.Channels;
            head = new OpusHead((byte)channels, 0, Coupled: (byte)(channels - 1));
        }

        pages.Write((head with { PreSkip = (ushort)preSkip }).ToArray(), 0, output);
        pages.Write(tags.ToOpusTags(), 0, output);
    }
}

/// <summary>Vorbis: its specification's appendix A.2. Of its three headers the second, the comments, is ours.</summary>
internal sealed class OggVorbisMapping(RenditionInfo info) : OggMapping
{
    internal override int SampleRate => info.Payload.ClockRate;

    /// <summary>The first packet of a stream decodes to nothing.</summary>
    internal override int PacketsBefore => 1;

    internal override void WriteHeaders(
        OggPageWriter pages, IReadOnlyList<ReadOnlyMemory<byte>> headers, VorbisComment tags, int preSkip, IBufferWriter<byte> output)
    {
        if (headers.Count == 3)
        {
            pages.Write(headers[0].Span, 0, output);
            pages.Write(tags.ToVorbisHeader(), 0, output);
            pages.Write(headers[2].Span, 0, output);
        }
    }
}
