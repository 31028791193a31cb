using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>FLAC in Ogg: a packet is one frame.</summary>
internal sealed class FlacLink(FormatNews news, bool isFile) : IOggLink
{
    private readonly FlacFrames _frames = new(news, isFile);
    private FlacStreamInfo? _info;

    /// <inheritdoc/>
    public bool HasSound { get; private set; }

    /// <inheritdoc/>
    public StreamProblem? Take(scoped in OggPacket packet, IStreamSink sink)
    {
        if (packet.IsFirst)
        {
            if (!OggFlacHead.TryParse(packet.Data, out _info))
            {
                return new StreamProblem(
                    StreamFault.Unsupported, "The stream is FLAC in Ogg with a description (STREAMINFO) that Linnet cannot play.");
            }

            _frames.Begin(_info);
            return null;
        }

        if (FlacFrameHeader.TryParse(packet.Data, _info!, out FlacFrameHeader header))
        {
            if (!packet.IsCut && header.Format == _info!.Format && header.Frames <= _info.MaxBlock)
            {
                HasSound = true;
                return _frames.Take(packet.Data, header, sink);
            }
        }
        else if (FlacBlockHeader.TryParse(packet.Data, out FlacBlockHeader block) && block.Type is FlacBlockType.VorbisComment)
        {
            _frames.Take(VorbisComment.Parse(packet.Data[FlacBlockHeader.Length..]), sink);
        }

        return null;
    }

    public void Dispose() => _frames.Dispose();
}
