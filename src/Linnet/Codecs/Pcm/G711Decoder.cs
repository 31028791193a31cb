using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Reads telephone sound: PCMU (µ-law) and PCMA (A-law), one byte per sample.</summary>
/// <remarks>Source: RFC 3551 §4.5.14.</remarks>
internal sealed class G711Decoder : WaveformDecoder
{
    private readonly SampleEncoding _law;

    private G711Decoder(AudioFormat format, SampleEncoding law)
        : base(format, bytesPerSample: 1) => _law = law;

    /// <summary>A decoder for PCMU.</summary>
    public static G711Decoder ForMuLaw(AudioFormat format) => new(format, SampleEncoding.MuLaw);

    /// <summary>A decoder for PCMA.</summary>
    public static G711Decoder ForALaw(AudioFormat format) => new(format, SampleEncoding.ALaw);

    private protected override void Convert(ReadOnlySpan<byte> packet, Span<float> pcm) => PcmConvert.ToFloat(_law, packet, pcm);
}
