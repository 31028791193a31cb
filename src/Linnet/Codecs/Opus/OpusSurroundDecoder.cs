using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Codecs.Opus;

/// <summary>Decoder for Opus packets of several streams, using libopus, at 48 kHz.</summary>
/// <remarks>Source: RFC 7845 §5.1.1.</remarks>
internal sealed class OpusSurroundDecoder : IDisposable
{
    private readonly OpusSurroundDecoderHandle _decoder;

    /// <summary>Creates a decoder.</summary>
    /// <param name="streams">Streams per packet.</param>
    /// <param name="coupled">Number of stereo streams among them.</param>
    /// <param name="mapping">The decoded channel for each output channel; 255 is silence.</param>
    /// <exception cref="InvalidOperationException">libopus rejects the parameters; the message says why.</exception>
    internal unsafe OpusSurroundDecoder(int streams, int coupled, ReadOnlySpan<byte> mapping)
    {
        Format = new AudioFormat(OpusEncoder.SampleRate, mapping.Length);
        fixed (byte* map = mapping)
        {
            _decoder = LibOpus.CreateSurroundDecoder(Format.SampleRate, mapping.Length, streams, coupled, map, out int error);
            if (error != LibOpus.Ok)
            {
                _decoder.Dispose();
                throw new InvalidOperationException($"libopus: {LibOpus.ErrorText(error)}.");
            }
        }
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
        frames = packet.IsEmpty ? 0 : Math.Max(0, Decode(packet, pcm));
        return frames > 0;
    }

    /// <summary>Frees the state of libopus.</summary>
    public void Dispose() => _decoder.Dispose();

    private unsafe int Decode(ReadOnlySpan<byte> packet, Span<float> pcm)
    {
        fixed (byte* bytes = packet)
        {
            fixed (float* samples = pcm)
            {
                return LibOpus.Decode(_decoder, bytes, packet.Length, samples, pcm.Length / Format.Channels, fec: 0);
            }
        }
    }
}
