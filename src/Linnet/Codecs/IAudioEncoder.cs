using Linnet.Audio;

namespace Linnet.Codecs;

/// <summary>Encodes blocks of PCM to packets. One per rendition, used by one thread.</summary>
internal interface IAudioEncoder : IDisposable
{
    /// <summary>The PCM to encode.</summary>
    AudioFormat Format { get; }

    /// <summary>The encoded format. Its clock rate equals <c>Format.SampleRate</c>.</summary>
    PayloadFormat Payload { get; }

    /// <summary>Frames per packet; the maximum if packets differ in length (Vorbis).</summary>
    int FramesPerPacket { get; }

    /// <summary>Frames per block: the same as per packet, unless the encoder assembles packets itself.</summary>
    int FramesPerBlock => FramesPerPacket;

    /// <summary>
    /// Delay of the decoded sound behind the packets that carry it, in frames: 0 for PCM, the look-ahead for Opus (RFC 7845 §4.2,
    /// pre-skip).
    /// </summary>
    int Delay { get; }

    /// <summary>Maximum length of a packet in bytes.</summary>
    int MaxPacketLength { get; }

    /// <summary>Headers that a decoder needs before the packets: FLAC's STREAMINFO block, Vorbis' three headers; usually none.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Headers => [];

    /// <summary>
    /// Requests that decoding can start at the packet of the next block, if the codec supports it: a new chained stream begins there.
    /// </summary>
    void StartAfresh()
    {
    }

    /// <summary>Encodes one block.</summary>
    /// <param name="pcm">
    /// <see cref="FramesPerBlock"/> frames, interleaved float32. Valid only during the call. If <see cref="Delay"/> is 0 (PCM), the last
    /// block may be shorter, so that the stream ends at its last frame; other encoders get silence at the end, to push out their sound.
    /// Samples may have any value: each encoder limits them as documented, and treats NaN as silence.
    /// </param>
    /// <param name="packet">At least <see cref="MaxPacketLength"/> bytes.</param>
    /// <returns>Bytes written: the packet of the block. 0 if the encoder looks ahead; then take its packets with
    /// <see cref="TryTake"/>.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    int Encode(ReadOnlySpan<float> pcm, Span<byte> packet);

    /// <summary>Takes the next complete packet. Call it after each block until there is none.</summary>
    /// <param name="packet">At least <see cref="MaxPacketLength"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="frames">Frames in the packet; they follow those of the packet before.</param>
    bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        (length, frames) = (0, 0);
        return false;
    }

    /// <summary>Call it after the last block: completes the pending packets for <see cref="TryTake"/>. No block may follow.</summary>
    void Complete()
    {
    }
}
