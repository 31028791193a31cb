using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Reads L16 and L24, the inverse of <see cref="LinearPcmEncoder"/>.</summary>
/// <remarks>Source: RFC 3551 §4.5.11 (L16), RFC 3190 §4 (L24).</remarks>
internal sealed class LinearPcmDecoder : WaveformDecoder
{
    private readonly SampleEncoding _encoding;

    /// <summary>A decoder for integers of <paramref name="bitDepth"/> bits, 16 or 24.</summary>
    public LinearPcmDecoder(AudioFormat format, int bitDepth)
        : base(format, bitDepth / 8)
    {
        _encoding = bitDepth switch
        {
            16 => SampleEncoding.S16BE,
            24 => SampleEncoding.S24BE,
            _ => throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "RTP carries linear PCM of 16 or 24 bits."),
        };
    }

    private protected override void Convert(ReadOnlySpan<byte> packet, Span<float> pcm) => PcmConvert.ToFloat(_encoding, packet, pcm);
}
