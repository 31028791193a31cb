using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Reads bare PCM of any encoding, as somebody said that it is.</summary>
/// <param name="format">What it is.</param>
public sealed class RawPcmDecoder(RawPcmFormat format) : WaveformDecoder(format.Format, format.Encoding.BytesPerSample)
{
    private protected override void Convert(ReadOnlySpan<byte> packet, Span<float> pcm) => PcmConvert.ToFloat(format.Encoding, packet, pcm);
}
