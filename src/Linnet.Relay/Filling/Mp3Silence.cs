using Linnet.Broadcast;
using Linnet.Codecs.Mpeg;
using Linnet.Wire.Mpeg;

namespace Linnet.Relay.Filling;

/// <summary>Silence in MP3: frames whose side information is empty.</summary>
/// <remarks>
/// The sound of a frame may begin in the frames before it, so the first frames after the silence need bytes that decoders do not have:
/// they would decode others to noise. These frames are made silent, too; their bytes stay, for those after them (<see cref="Mp3Frame"/>).
/// </remarks>
internal sealed class Mp3Silence : RepeatedSilence
{
    private readonly Mp3Reservoir _reservoir = new();

    private Mp3Silence(byte[] frame, int frames)
        : base(frame, frames)
    {
    }

    /// <summary>Silence like a frame; <see langword="null"/>: that is not one of this rendition.</summary>
    internal static Mp3Silence? TryCreate(RenditionInfo info, PacketItem last)
    {
        if (!TryParse(last, out MpegHeader header) || header.Frames != info.FramesPerPacket || header.SampleRate != info.Payload.ClockRate)
        {
            return null;
        }

        // The same header, but without a checksum, padding and joint stereo.
        byte[] head = last.Payload.Span[..MpegHeader.Length].ToArray();
        head[1] |= 0x01;
        head[2] &= 0xFD;
        head[3] &= 0xCF;
        if (!MpegHeader.TryParse(head, out header))
        {
            return null;
        }

        byte[] frame = new byte[header.FrameLength];
        head.CopyTo(frame, 0);
        return new Mp3Silence(frame, header.Frames);
    }

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte>? InsteadOf(PacketItem next)
    {
        if (!TryParse(next, out MpegHeader header))
        {
            return null;
        }

        var frame = new MpegFrame { Header = header, Data = next.Payload.Span[..header.FrameLength] };
        MpegFrame complete = _reservoir.Complete(frame);
        return complete.Data == frame.Data ? null : (ReadOnlyMemory<byte>?)complete.Data.ToArray();
    }

    private static bool TryParse(PacketItem packet, out MpegHeader header) =>
        MpegHeader.TryParse(packet.Payload.Span, out header) && header.Layer == 3 && packet.Payload.Length >= header.FrameLength;
}
