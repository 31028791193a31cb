using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Mpeg;

/// <summary>Decodes the frames of one MPEG audio stream: one layer, sample rate and number of channels.</summary>
internal interface IMpegDecoder : IDisposable
{
    /// <summary>Decodes the next frame.</summary>
    /// <returns>
    /// All frames of audio in it, interleaved; valid until the next call. A frame that cannot be decoded, or whose bit reservoir is
    /// missing, is silence. Bad input never throws.
    /// </returns>
    ReadOnlySpan<float> Decode(in MpegFrame frame);
}
