namespace Linnet.Codecs.Opus;

/// <summary>A decoder of an Opus library, at 48 kHz. Used by one thread.</summary>
internal interface IOpusDecoding : IDisposable
{
    /// <summary>Decodes a packet, or conceals.</summary>
    /// <param name="packet">The packet; untrusted. Empty: conceals a loss.</param>
    /// <param name="pcm">Room for <paramref name="frames"/> frames.</param>
    /// <param name="frames">
    /// The most frames to write; to conceal or to recover, exactly this many, a multiple of 120.
    /// </param>
    /// <param name="recovers">Whether to decode the packet's copy of the sound before it (in-band FEC).</param>
    /// <returns>Frames written; negative if the bytes are not a valid packet. Bad input never throws.</returns>
    int Decode(ReadOnlySpan<byte> packet, Span<float> pcm, int frames, bool recovers = false);
}
