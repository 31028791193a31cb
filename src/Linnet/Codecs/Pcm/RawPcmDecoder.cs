using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Decodes raw PCM of any encoding; the caller gives the format.</summary>
/// <param name="format">What it is.</param>
internal sealed class RawPcmDecoder(RawPcmFormat format) : WaveformDecoder(format.Format, format.Encoding.BytesPerSample)
{
    private protected override void Convert(ReadOnlySpan<byte> packet, Span<float> pcm) => PcmConvert.ToFloat(format.Encoding, packet, pcm);
}
