using Linnet.Broadcast;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Opus;

namespace Linnet.Relay.Filling;

/// <summary>Silence whose packets are all the same.</summary>
/// <param name="silent">The packet.</param>
/// <param name="frames">Frames in it.</param>
internal class RepeatedSilence(byte[] silent, int frames) : Silence
{
    // Configurations of CELT with all frequencies, by the length of their frames (RFC 6716 §3.1).
    private const int FirstConfiguration = 28;

    // An AAC packet with one element and its end: no band has any bits (ISO 14496-3 §4.4.2.1).
    private static readonly byte[] Mono = [0x00, 0x00, 0x00, 0x07];
    private static readonly byte[] Stereo = [0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0E];

    /// <summary>Silence in Opus; <see langword="null"/>: the rendition is not Opus of a single frame in each packet.</summary>
    /// <remarks>Source: RFC 6716 §4.3: the first symbol of a CELT frame says that all of it is silent.</remarks>
    internal static RepeatedSilence? Opus(RenditionInfo info, PacketItem last)
    {
        int configuration = FirstConfiguration;
        while (configuration < 32 && OpusPacket.FrameDuration((byte)(configuration << 3)) != info.FramesPerPacket)
        {
            configuration++;
        }

        if (info.Payload.ClockRate != OpusEncoder.SampleRate || info.Payload.Channels > 2 || configuration == 32)
        {
            return null;
        }

        int stereo = last.Payload.IsEmpty ? 0 : last.Payload.Span[0] & 0x04;
        return new RepeatedSilence([(byte)((configuration << 3) | stereo), 0xFF, 0xFE], info.FramesPerPacket);
    }

    /// <summary>Silence in AAC-LC; <see langword="null"/>: the rendition is not AAC-LC of one or two channels.</summary>
    internal static RepeatedSilence? Aac(RenditionInfo info) =>
        info.FramesPerPacket == AacRates.FramesPerPacket && info.Payload.Channels is 1 or 2
            ? new RepeatedSilence(info.Payload.Channels == 1 ? Mono : Stereo, AacRates.FramesPerPacket) : null;

    /// <inheritdoc/>
    internal override int Next(long position, PacketItem? next, out ReadOnlyMemory<byte> payload)
    {
        payload = silent;
        return frames;
    }
}
