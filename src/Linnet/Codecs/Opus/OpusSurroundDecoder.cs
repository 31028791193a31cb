using Linnet.Audio;

namespace Linnet.Codecs.Opus;

/// <summary>Decoder for Opus packets of several streams, at 48 kHz.</summary>
/// <remarks>Source: RFC 7845 §5.1.1.</remarks>
internal sealed class OpusSurroundDecoder : IDisposable
{
    private readonly IOpusDecoding _decoder;

    /// <summary>Creates a decoder.</summary>
    /// <param name="streams">Streams per packet.</param>
    /// <param name="coupled">Number of stereo streams among them.</param>
    /// <param name="mapping">The decoded channel for each output channel; 255 is silence.</param>
    /// <param name="provider">The library to use; default: the one that <see cref="OpusProvider.Chosen"/> names.</param>
    /// <exception cref="InvalidOperationException">The parameters do not fit each other; the message says why.</exception>
    internal OpusSurroundDecoder(int streams, int coupled, ReadOnlySpan<byte> mapping, OpusProvider? provider = null)
    {
        Format = new AudioFormat(OpusEncoder.SampleRate, mapping.Length);
        _decoder = (provider ?? OpusProvider.Chosen).CreateSurroundDecoder(streams, coupled, mapping);
    }

    /// <summary>The PCM it produces.</summary>
    internal AudioFormat Format { get; }

    /// <summary>Decodes a packet.</summary>
    /// <param name="packet">The packet; untrusted.</param>
    /// <param name="pcm">Room for <see cref="OpusPacket.LongestFrames"/> frames.</param>
    /// <param name="frames">Frames decoded.</param>
    /// <returns><see langword="false"/> if it is not a valid packet.</returns>
    internal bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
    {
        frames = packet.IsEmpty ? 0 : Math.Max(0, _decoder.Decode(packet, pcm, pcm.Length / Format.Channels));
        return frames > 0;
    }

    /// <summary>Frees the state of the library.</summary>
    public void Dispose() => _decoder.Dispose();
}
