using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Reads telephone sound: PCMU (µ-law) and PCMA (A-law), one byte per sample.</summary>
/// <remarks>Source: ITU-T G.711 tables 1 and 2; RFC 3551 §4.5.14.</remarks>
public sealed class G711Decoder : WaveformDecoder
{
    private static readonly float[] MuLaw = Table(MuLawValue);
    private static readonly float[] ALaw = Table(ALawValue);

    private readonly float[] _table;

    private G711Decoder(AudioFormat format, float[] table)
        : base(format, bytesPerSample: 1) => _table = table;

    /// <summary>A decoder for PCMU.</summary>
    public static G711Decoder ForMuLaw(AudioFormat format) => new(format, MuLaw);

    /// <summary>A decoder for PCMA.</summary>
    public static G711Decoder ForALaw(AudioFormat format) => new(format, ALaw);

    /// <summary>The 16 bit value of a µ-law byte: all bits inverted, then sign, 3 bits of segment, 4 of step; 33 half steps of bias.</summary>
    internal static int MuLawValue(byte code)
    {
        const int Bias = 33 << 2;
        int bits = ~code;
        int magnitude = ((((bits & 0x0F) << 3) + Bias) << ((bits >> 4) & 7)) - Bias;
        return (bits & 0x80) != 0 ? -magnitude : magnitude;
    }

    /// <summary>The 16 bit value of an A-law byte: even bits inverted; the two lowest segments are linear, the middle of each step is meant.</summary>
    internal static int ALawValue(byte code)
    {
        int bits = code ^ 0x55;
        int segment = (bits >> 4) & 7;
        int step = ((bits & 0x0F) << 4) + 8;
        int magnitude = segment == 0 ? step : (step + 256) << (segment - 1);
        return (bits & 0x80) != 0 ? magnitude : -magnitude;
    }

    private protected override void Convert(ReadOnlySpan<byte> packet, Span<float> pcm)
    {
        float[] table = _table;
        for (int i = 0; i < packet.Length; i++)
        {
            pcm[i] = table[packet[i]];
        }
    }

    private static float[] Table(Func<byte, int> value)
    {
        float[] table = new float[256];
        for (int code = 0; code < table.Length; code++)
        {
            table[code] = value((byte)code) / 32768f;
        }

        return table;
    }
}
