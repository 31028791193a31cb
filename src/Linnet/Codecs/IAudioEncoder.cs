using Linnet.Audio;

namespace Linnet.Codecs;

/// <summary>Turns blocks of PCM into packets. One per rendition, used by one thread.</summary>
public interface IAudioEncoder : IDisposable
{
    /// <summary>The PCM it takes.</summary>
    AudioFormat Format { get; }

    /// <summary>What it makes. Its clock rate equals <c>Format.SampleRate</c>.</summary>
    PayloadFormat Payload { get; }

    /// <summary>Frames in each packet; where packets differ in length (Vorbis), what they hold at most.</summary>
    int FramesPerPacket { get; }

    /// <summary>Frames in each block: those of a packet, unless the encoder puts packets together by itself.</summary>
    int FramesPerBlock => FramesPerPacket;

    /// <summary>
    /// Frames by which decoded sound lags the packets that carry it: 0 for PCM, Opus' look-ahead (RFC 7845 §4.2, pre-skip).
    /// </summary>
    int Delay { get; }

    /// <summary>The most bytes one packet can take.</summary>
    int MaxPacketLength { get; }

    /// <summary>What a decoder needs before the packets: FLAC's STREAMINFO block, Vorbis' three headers; mostly nothing.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Headers => [];

    /// <summary>
    /// Asks that the packet of the next block be one to start decoding at, as far as the codec has such: a new chained stream begins there.
    /// </summary>
    void StartAfresh()
    {
    }

    /// <summary>Encodes one block.</summary>
    /// <param name="pcm">
    /// <see cref="FramesPerBlock"/> frames, interleaved float32. Lent for the call. Without <see cref="Delay"/> (PCM) the
    /// last block may be shorter, so that sound ends at its last frame; others are given silence to push their sound out.
    /// The samples may be anything: an encoder limits them by itself, as its documentation says, and takes NaN for silence.
    /// </param>
    /// <param name="packet">At least <see cref="MaxPacketLength"/> bytes.</param>
    /// <returns>Bytes written: the block's packet. 0: the encoder looks ahead, and its packets are to be taken by
    /// <see cref="TryTake"/>.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    int Encode(ReadOnlySpan<float> pcm, Span<byte> packet);

    /// <summary>Takes the next packet that is complete. To be called after each block until there is none.</summary>
    /// <param name="packet">At least <see cref="MaxPacketLength"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="frames">Frames it stands for; they follow those of the packet before.</param>
    bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        (length, frames) = (0, 0);
        return false;
    }

    /// <summary>After the last block: completes what the encoder still holds, for <see cref="TryTake"/>. No block may follow.</summary>
    void Complete()
    {
    }
}
