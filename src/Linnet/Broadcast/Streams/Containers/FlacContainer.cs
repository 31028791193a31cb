using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>FLAC as it is in a file: a head, then frames. A title stands in the head of those who join while it plays.</summary>
/// <remarks>Source: RFC 9639 §6.</remarks>
internal sealed class FlacContainer(string station) : IStreamContainer
{
    private FormatItem? _format;
    private TrackInfo? _track;

    public ReadOnlyMemory<byte> Head { get; private set; }

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        switch (item)
        {
            case PacketItem packet:
                output.Write(packet.Payload.Span);
                break;
            case FormatItem format:
                _format = format;
                Head = MakeHead();
                break;
            case TitleItem title:
                _track = title.Track;
                Head = MakeHead();
                break;
        }
    }

    private ReadOnlyMemory<byte> MakeHead()
    {
        if (_format is not { Headers: [var streamInfo, ..] })
        {
            return default;
        }

        var tags = VorbisComment.Of("Linnet", _track);
        tags.Add("ORGANIZATION", station);
        return (byte[])[.. FlacBlockHeader.Marker, .. streamInfo.Span,
            .. FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: true, tags.ToArray())];
    }
}
