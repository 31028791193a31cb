using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Codecs.Opus;

/// <summary>Opus of several streams in each packet, by libopus, to 48 kHz.</summary>
/// <remarks>Source: RFC 7845 §5.1.1.</remarks>
internal sealed class OpusSurroundDecoder : IDisposable
{
    private readonly OpusSurroundDecoderHandle _decoder;

    /// <summary>A decoder.</summary>
    /// <param name="streams">Streams in each packet.</param>
    /// <param name="coupled">How many of them are stereo.</param>
    /// <param name="mapping">Which decoded channel each channel is; 255: silence. One for each channel that is wanted.</param>
    /// <exception cref="InvalidOperationException">libopus does not want it; the message says why.</exception>
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

    /// <summary>What it gives.</summary>
    internal AudioFormat Format { get; }

    /// <summary>Decodes a packet.</summary>
    /// <param name="packet">It, from anyone.</param>
    /// <param name="pcm">Room for <see cref="OpusPacket.LongestFrames"/>.</param>
    /// <param name="frames">Frames it gave.</param>
    /// <returns><see langword="false"/> if it is none.</returns>
    internal bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
    {
        frames = packet.IsEmpty ? 0 : Math.Max(0, Decode(packet, pcm));
        return frames > 0;
    }

    /// <summary>Fills in for what cannot be decoded.</summary>
    /// <param name="pcm">As many frames as it would have been.</param>
    internal void Conceal(Span<float> pcm)
    {
        if (!pcm.IsEmpty && Decode([], pcm) != pcm.Length / Format.Channels)
        {
            pcm.Clear();
        }
    }

    /// <summary>Frees libopus' state.</summary>
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
