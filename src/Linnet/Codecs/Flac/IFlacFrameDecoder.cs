using Linnet.Native;
using Linnet.Wire.Flac;

namespace Linnet.Codecs.Flac;

/// <summary>Decodes the frames of one FLAC stream, one at a time. Used by one thread.</summary>
internal interface IFlacFrameDecoder : IDisposable
{
    /// <summary>Decodes a frame. A damaged frame gives silence of the same length, even if its checksum is right.</summary>
    /// <param name="frame">The whole frame, with its header and checksum; untrusted.</param>
    /// <param name="header">The header of the frame; it has the channels of the stream.</param>
    /// <param name="isDamaged">Whether the frame cannot be decoded.</param>
    /// <returns>Interleaved samples, exact up to 24 bits; valid until the next call.</returns>
    ReadOnlySpan<float> Decode(ReadOnlySpan<byte> frame, in FlacFrameHeader header, out bool isDamaged);
}

/// <summary>Creates the decoder of a FLAC stream.</summary>
internal static class FlacFrameDecoders
{
    /// <summary>Creates a decoder that uses libFLAC, or else one of our own, which decodes every stream.</summary>
    /// <param name="info">The description of the stream.</param>
    /// <param name="usesLibrary">Whether to use libFLAC; by default <see cref="CodecChoice"/> decides.</param>
    internal static IFlacFrameDecoder Create(FlacStreamInfo info, bool? usesLibrary = null)
    {
        IFlacFrameDecoder? decoder =
            usesLibrary ?? CodecChoice.Uses(NativeLibraries.Flac) ? LibFlacFrameDecoder.TryCreate(info) : null;

        // In a stream of 32 bits, the difference of two channels has 33.
        return decoder ?? (info.BitDepth < 32 ? new FlacFrameDecoder<int>(info) : new FlacFrameDecoder<long>(info));
    }
}
