using Linnet.Audio;

namespace Linnet.Wire.Aiff;

/// <summary>The encodings of samples that AIFF and AIFF-C name by four letters.</summary>
internal static class AiffEncoding
{
    /// <summary>The encoding, or <see langword="null"/> if Linnet does not read it.</summary>
    /// <param name="name">Four letters.</param>
    /// <param name="bits">The bits of a sample that the file declares. If a sample has fewer than its bytes hold, it uses the upper
    /// ones.</param>
    internal static SampleEncoding? Of(ReadOnlySpan<byte> name, int bits)
    {
        int bytes = (bits + 7) / 8;
        if (name.SequenceEqual("sowt"u8))
        {
            return bytes switch
            {
                1 => SampleEncoding.S8,
                2 => SampleEncoding.S16LE,
                3 => SampleEncoding.S24LE,
                4 => SampleEncoding.S32LE,
                _ => null,
            };
        }

        if (IsPlain(name))
        {
            return bytes switch
            {
                1 => SampleEncoding.S8,
                2 => SampleEncoding.S16BE,
                3 => SampleEncoding.S24BE,
                4 => SampleEncoding.S32BE,
                _ => null,
            };
        }

        return name.SequenceEqual("fl32"u8) || name.SequenceEqual("FL32"u8) ? SampleEncoding.F32BE
            : name.SequenceEqual("fl64"u8) || name.SequenceEqual("FL64"u8) ? SampleEncoding.F64BE
            : name.SequenceEqual("in24"u8) ? SampleEncoding.S24BE
            : name.SequenceEqual("42ni"u8) ? SampleEncoding.S24LE
            : name.SequenceEqual("in32"u8) ? SampleEncoding.S32BE
            : name.SequenceEqual("23ni"u8) ? SampleEncoding.S32LE
            : name.SequenceEqual("raw "u8) ? SampleEncoding.U8
            : name.SequenceEqual("ulaw"u8) || name.SequenceEqual("ULAW"u8) ? SampleEncoding.MuLaw
            : name.SequenceEqual("alaw"u8) || name.SequenceEqual("ALAW"u8) ? SampleEncoding.ALaw
            : null;
    }

    /// <summary>Whether it is integer PCM of the declared number of bits.</summary>
    internal static bool IsPlain(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("NONE"u8) || name.SequenceEqual("twos"u8) || name.SequenceEqual("sowt"u8);

    /// <summary>Why it is not read: the rest of a sentence. Does not repeat the name, which is untrusted.</summary>
    internal static string Problem(ReadOnlySpan<byte> name, int bits) =>
        IsPlain(name) ? $"has samples of {bits} bits, which Linnet does not decode"
        : $"is compressed ({NameOf(name)}), which only libsndfile or ffmpeg can decode, and only from a file: convert it to a PCM "
            + "AIFF or WAV (with sox or ffmpeg), or to FLAC";

    /// <summary>The name of an encoding, for those seen in practice.</summary>
    private static string NameOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ima4"u8) ? "AIFF-C with IMA ADPCM"
        : name.SequenceEqual("GSM "u8) || name.SequenceEqual("agsm"u8) ? "AIFF-C with GSM 6.10"
        : name.SequenceEqual("MAC3"u8) || name.SequenceEqual("MAC6"u8) ? "AIFF-C with MACE"
        : name.SequenceEqual("DWVW"u8) ? "AIFF-C with DWVW"
        : "AIFF-C with an encoding that Linnet does not know";
}
