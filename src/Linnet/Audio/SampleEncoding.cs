using System.Diagnostics.CodeAnalysis;

namespace Linnet.Audio;

/// <summary>How one sample is stored in bytes outside Linnet: in a raw pipe, in an RTP packet or on a device.</summary>
public sealed class SampleEncoding
{
    private SampleEncoding(SampleLayout layout, string name, int bytesPerSample, int bitDepth)
    {
        Layout = layout;
        Name = name;
        BytesPerSample = bytesPerSample;
        BitDepth = bitDepth;
    }

    /// <summary>Unsigned 8-bit; silence is 128.</summary>
    public static SampleEncoding U8 { get; } = new(SampleLayout.U8, "u8", 1, 8);

    /// <summary>Signed 16-bit, little-endian: WAV and most devices.</summary>
    public static SampleEncoding S16LE { get; } = new(SampleLayout.S16LE, "s16le", 2, 16);

    /// <summary>Signed 16-bit, network order: RTP's L16 (RFC 3551 §4.5.11).</summary>
    public static SampleEncoding S16BE { get; } = new(SampleLayout.S16BE, "s16be", 2, 16);

    /// <summary>Signed 24-bit in three bytes, little-endian.</summary>
    public static SampleEncoding S24LE { get; } = new(SampleLayout.S24LE, "s24le", 3, 24);

    /// <summary>Signed 24-bit in three bytes, network order: RTP's L24 (RFC 3190 §4).</summary>
    public static SampleEncoding S24BE { get; } = new(SampleLayout.S24BE, "s24be", 3, 24);

    /// <summary>Signed 32-bit, little-endian. Conversion to float32 keeps the upper 24 bits.</summary>
    public static SampleEncoding S32LE { get; } = new(SampleLayout.S32LE, "s32le", 4, 32);

    /// <summary>IEEE 754 float32, little-endian, full scale ±1.</summary>
    public static SampleEncoding F32LE { get; } = new(SampleLayout.F32LE, "f32le", 4, 0);

    /// <summary>IEEE 754 float64, little-endian, full scale ±1. Converted to float32.</summary>
    public static SampleEncoding F64LE { get; } = new(SampleLayout.F64LE, "f64le", 8, 0);

    /// <summary>G.711 µ-law: telephone sound, 14 bits in one byte.</summary>
    public static SampleEncoding MuLaw { get; } = new(SampleLayout.MuLaw, "mulaw", 1, 16);

    /// <summary>G.711 A-law: telephone sound, 13 bits in one byte.</summary>
    public static SampleEncoding ALaw { get; } = new(SampleLayout.ALaw, "alaw", 1, 16);

    /// <summary>Signed 8-bit: AIFF.</summary>
    internal static SampleEncoding S8 { get; } = new(SampleLayout.S8, "s8", 1, 8);

    /// <summary>Signed 32-bit, big-endian: AIFF. Conversion to float32 keeps the upper 24 bits.</summary>
    internal static SampleEncoding S32BE { get; } = new(SampleLayout.S32BE, "s32be", 4, 32);

    /// <summary>IEEE 754 float32, big-endian, full scale ±1: AIFF.</summary>
    internal static SampleEncoding F32BE { get; } = new(SampleLayout.F32BE, "f32be", 4, 0);

    /// <summary>IEEE 754 float64, big-endian, full scale ±1: AIFF. Converted to float32.</summary>
    internal static SampleEncoding F64BE { get; } = new(SampleLayout.F64BE, "f64be", 8, 0);

    /// <summary>All encodings that a user can choose, shortest first.</summary>
    public static IReadOnlyList<SampleEncoding> All { get; } = [U8, MuLaw, ALaw, S16LE, S16BE, S24LE, S24BE, S32LE, F32LE, F64LE];

    /// <summary>The name that ffmpeg and the command line use, such as <c>s16le</c>.</summary>
    public string Name { get; }

    /// <summary>Bytes of one sample, 1–8.</summary>
    public int BytesPerSample { get; }

    /// <summary>Bits of the integer PCM that a sample holds or expands to, 8–32; 0 for float.</summary>
    public int BitDepth { get; }

    /// <summary>The value that <see cref="PcmConvert"/> switches on.</summary>
    internal SampleLayout Layout { get; }

    /// <summary>Finds an encoding by its <see cref="Name"/>, ignoring case.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, [NotNullWhen(true)] out SampleEncoding? encoding)
    {
        foreach (SampleEncoding candidate in All)
        {
            if (name.Equals(candidate.Name, StringComparison.OrdinalIgnoreCase))
            {
                encoding = candidate;
                return true;
            }
        }

        encoding = null;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The encodings as an enum, for switch statements.</summary>
internal enum SampleLayout
{
    U8,
    S8,
    S16LE,
    S16BE,
    S24LE,
    S24BE,
    S32LE,
    S32BE,
    F32LE,
    F32BE,
    F64LE,
    F64BE,
    MuLaw,
    ALaw,
}
