namespace Linnet.Codecs.Vorbis;

/// <summary>Decodes the packets of one Vorbis stream.</summary>
internal interface IVorbisDecoder : IDisposable
{
    /// <summary>Maximum number of frames that a packet decodes to: half of the longest block.</summary>
    const int MaxFrames = 4096;

    /// <summary>Decodes the next packet. It overlaps with the previous one, so the first gives no frames.</summary>
    /// <param name="packet">A whole packet; not empty.</param>
    /// <param name="pcm">Receives the frames, interleaved, channels in WAV order. At least <see cref="MaxFrames"/> frames.</param>
    /// <returns>Number of frames; −1 if the packet cannot be decoded. Bad input never throws.</returns>
    int Decode(ReadOnlySpan<byte> packet, Span<float> pcm);
}
