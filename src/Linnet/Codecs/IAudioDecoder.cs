using Linnet.Audio;

namespace Linnet.Codecs;

/// <summary>Turns packets into PCM and conceals the ones that are missing. Used by one thread.</summary>
public interface IAudioDecoder : IDisposable
{
    /// <summary>The PCM it gives. Its sample rate equals the payload's clock rate.</summary>
    AudioFormat Format { get; }

    /// <summary>The most frames one packet can hold; longer ones are corrupt.</summary>
    int MaxFramesPerPacket { get; }

    /// <summary>Decodes the next packet.</summary>
    /// <param name="packet">One packet as the depacketizer gave it; not empty.</param>
    /// <param name="pcm">
    /// Shape <c>[frames × channels]</c>, interleaved float32, full scale ±1, with room for
    /// <see cref="MaxFramesPerPacket"/> frames. Lent for the call.
    /// </param>
    /// <param name="frames">Sample frames written, not samples.</param>
    /// <returns>
    /// <see langword="false"/> if the bytes are corrupt; then <paramref name="frames"/> is 0 and
    /// the caller conceals as for a loss. Bad input never throws.
    /// </returns>
    /// <remarks>Allocates nothing. After <see cref="Conceal"/>, the first frames may be cross-faded with the concealment.</remarks>
    bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames);

    /// <summary>Fills <paramref name="pcm"/> with what the lost sound may have been, fading to silence as the loss goes on.</summary>
    /// <param name="pcm">Whole frames, at most <see cref="MaxFramesPerPacket"/>. Its length says how much to conceal.</param>
    /// <remarks>Allocates nothing.</remarks>
    void Conceal(Span<float> pcm);

    /// <summary>Decodes what a packet carries of the sound before it, where a codec does that (Opus' in-band FEC).</summary>
    /// <param name="following">The packet after what was lost. It is decoded as usual afterwards.</param>
    /// <param name="pcm">Whole frames: exactly the sound missing before it, at most one packet's.</param>
    /// <returns><see langword="false"/> if it carries none; then nothing was done, and the caller conceals.</returns>
    /// <remarks>Allocates nothing.</remarks>
    bool TryRecover(ReadOnlySpan<byte> following, Span<float> pcm) => false;
}
