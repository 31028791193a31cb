using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>FLAC as it is in a file: a head, then frames. A title stands in the head of those who join while it plays.</summary>
/// <remarks>Source: RFC 9639 §6.</remarks>
internal sealed class FlacContainer : IStreamContainer
{
    private readonly string _station;
    private IReadOnlyList<ReadOnlyMemory<byte>> _headers;
    private TrackInfo? _track;

    /// <param name="info">The rendition.</param>
    internal FlacContainer(RenditionInfo info)
    {
        _station = info.Station;
        _headers = info.Headers;
        Head = MakeHead();
    }

    public ReadOnlyMemory<byte> Head { get; private set; }

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        switch (item)
        {
            case PacketItem packet:
                output.Write(packet.Payload.Span);
                break;
            case FormatItem format:
                _headers = format.Headers;
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
        if (_headers is not [var streamInfo, ..])
        {
            return default;
        }

        var tags = VorbisComment.Of("Linnet", _track);
        tags.Add("ORGANIZATION", _station);
        return (byte[])[.. FlacBlockHeader.Marker, .. streamInfo.Span,
            .. FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: true, tags.ToArray())];
    }
}
