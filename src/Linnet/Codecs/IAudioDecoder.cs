using Linnet.Audio;

namespace Linnet.Codecs;

/// <summary>Decodes packets to PCM and conceals missing ones. Used by one thread.</summary>
internal interface IAudioDecoder : IDisposable
{
    /// <summary>The PCM it produces. Its sample rate equals the payload's clock rate.</summary>
    AudioFormat Format { get; }

    /// <summary>The most frames a packet can hold; a longer packet is corrupt.</summary>
    int MaxFramesPerPacket { get; }

    /// <summary>Decodes the next packet.</summary>
    /// <param name="packet">One packet from the depacketizer; not empty.</param>
    /// <param name="pcm">
    /// Shape <c>[frames × channels]</c>, interleaved float32, full scale ±1, with room for <see cref="MaxFramesPerPacket"/> frames. Valid
    /// only during the call.
    /// </param>
    /// <param name="frames">Frames written (not samples).</param>
    /// <returns>
    /// <see langword="false"/> if the bytes are corrupt; then <paramref name="frames"/> is 0, and the caller conceals as for a lost packet.
    /// Bad input never throws.
    /// </returns>
    /// <remarks>Allocates nothing. After <see cref="Conceal"/>, the first frames may be cross-faded with the concealment.</remarks>
    bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames);

    /// <summary>Fills <paramref name="pcm"/> with an estimate of the lost sound, which fades to silence during a long loss.</summary>
    /// <param name="pcm">Whole frames, at most <see cref="MaxFramesPerPacket"/>. Its length sets how much to conceal.</param>
    /// <remarks>Allocates nothing.</remarks>
    void Conceal(Span<float> pcm);

    /// <summary>Decodes the copy of the previous sound in a packet, if the codec has one (Opus' in-band FEC).</summary>
    /// <param name="following">The packet after the lost sound. Decode it as usual afterwards.</param>
    /// <param name="pcm">Whole frames: exactly the missing sound, at most one packet.</param>
    /// <returns><see langword="false"/> if the packet has no copy; then nothing changed, and the caller conceals.</returns>
    /// <remarks>Allocates nothing.</remarks>
    bool TryRecover(ReadOnlySpan<byte> following, Span<float> pcm) => false;
}
