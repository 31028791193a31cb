namespace Linnet.Audio;

/// <summary>G.711: telephone sound, one byte per sample.</summary>
/// <remarks>Source: ITU-T G.711 tables 1 and 2.</remarks>
internal static class G711
{
    private static readonly float[] MuLaw = Table(MuLawValue);
    private static readonly float[] ALaw = Table(ALawValue);

    internal static void MuLawToFloat(ReadOnlySpan<byte> source, Span<float> pcm) => Look(MuLaw, source, pcm);

    internal static void ALawToFloat(ReadOnlySpan<byte> source, Span<float> pcm) => Look(ALaw, source, pcm);

    internal static void ToMuLaw(ReadOnlySpan<float> pcm, Span<byte> destination) => FindNearest(MuLaw, pcm, destination);

    internal static void ToALaw(ReadOnlySpan<float> pcm, Span<byte> destination) => FindNearest(ALaw, pcm, destination);

    /// <summary>
    /// The 16-bit value of a µ-law byte: all bits are inverted; then sign, 3 bits of segment and 4 bits of step, with a bias of 33 half
    /// steps.
    /// </summary>
    internal static int MuLawValue(byte code)
    {
        const int Bias = 33 << 2;
        int bits = ~code;
        int magnitude = ((((bits & 0x0F) << 3) + Bias) << ((bits >> 4) & 7)) - Bias;
        return (bits & 0x80) != 0 ? -magnitude : magnitude;
    }

    /// <summary>
    /// The 16-bit value of an A-law byte: even bits are inverted, the two lowest segments are linear, and a value is the middle of its
    /// step.
    /// </summary>
    internal static int ALawValue(byte code)
    {
        int bits = code ^ 0x55;
        int segment = (bits >> 4) & 7;
        int step = ((bits & 0x0F) << 4) + 8;
        int magnitude = segment == 0 ? step : (step + 256) << (segment - 1);
        return (bits & 0x80) != 0 ? magnitude : -magnitude;
    }

    private static void Look(float[] table, ReadOnlySpan<byte> source, Span<float> pcm)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = table[source[i]];
        }
    }

    /// <summary>
    /// Finds the byte with the nearest value. Each half of the table is sorted by magnitude, so a binary search works.
    /// </summary>
    private static void FindNearest(float[] table, ReadOnlySpan<float> pcm, Span<byte> destination)
    {
        byte mask = table == ALaw ? (byte)0x55 : (byte)0xFF;
        for (int i = 0; i < pcm.Length; i++)
        {
            // With the inversion undone, the low seven bits count upwards in both laws. The sign bit is 0 for negative values in A-law and
            // for positive values in µ-law.
            float magnitude = float.IsNaN(pcm[i]) ? 0 : MathF.Abs(pcm[i]);
            int sign = (pcm[i] < 0) == (mask == 0x55) ? 0 : 0x80;
            (int low, int high) = (0, 127);
            while (low < high)
            {
                int middle = (low + high) / 2;
                bool isBeyond = magnitude > (Value(middle) + Value(middle + 1)) / 2;
                (low, high) = isBeyond ? (middle + 1, high) : (low, middle);
            }

            destination[i] = (byte)((sign | low) ^ mask);

            float Value(int step) => MathF.Abs(table[(byte)((sign | step) ^ mask)]);
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
