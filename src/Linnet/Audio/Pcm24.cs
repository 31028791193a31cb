using System.Runtime.Intrinsics;

namespace Linnet.Audio;

/// <summary>Signed 24-bit samples, three bytes each, in either byte order.</summary>
internal static class Pcm24
{
    private const int Max = (1 << 23) - 1;
    private const int Min = -(1 << 23);
    private const float Scale = 1 << 23;
    private const byte Zero = 0xFF;

    internal static void ToFloat(ReadOnlySpan<byte> source, Span<float> pcm, bool bigEndian)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            // Moves each sample to the upper three bytes of its lane, which puts the sign in place: the value is 256 times too large.
            Vector128<byte> order = bigEndian
                ? Vector128.Create(Zero, 2, 1, 0, Zero, 5, 4, 3, Zero, 8, 7, 6, Zero, 11, 10, 9)
                : Vector128.Create(Zero, 0, 1, 2, Zero, 3, 4, 5, Zero, 6, 7, 8, Zero, 9, 10, 11);

            // Reads 16 bytes and uses 12 of them.
            for (; (3 * i) + 16 <= source.Length; i += 4)
            {
                Vector128<int> integers = Vector128.Shuffle(Vector128.Create(source.Slice(3 * i, 16)), order).AsInt32();
                (Vector128.ConvertToSingle(integers) * (1 / (256 * Scale))).CopyTo(pcm[i..]);
            }
        }

        for (; i < pcm.Length; i++)
        {
            ReadOnlySpan<byte> sample = source.Slice(3 * i, 3);
            int integer = bigEndian
                ? ((sbyte)sample[0] << 16) | (sample[1] << 8) | sample[2]
                : ((sbyte)sample[2] << 16) | (sample[1] << 8) | sample[0];
            pcm[i] = integer / Scale;
        }
    }

    internal static void FromFloat(ReadOnlySpan<float> pcm, Span<byte> destination, bool bigEndian)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            Vector128<byte> order = bigEndian
                ? Vector128.Create(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, Zero, Zero, Zero, Zero)
                : Vector128.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, Zero, Zero, Zero, Zero);
            Vector128<int> min = Vector128.Create(Min);
            Vector128<int> max = Vector128.Create(Max);

            // Writes 16 bytes; the next turn overwrites the last four.
            for (; (3 * i) + 16 <= destination.Length; i += 4)
            {
                Vector128<int> integers = PcmRound.ToIntegers(Vector128.Create(pcm.Slice(i, 4)) * Scale, min, max);
                Vector128.Shuffle(integers.AsByte(), order).CopyTo(destination[(3 * i)..]);
            }
        }

        for (; i < pcm.Length; i++)
        {
            int integer = PcmRound.ToInteger(pcm[i] * Scale, Min, Max);
            Span<byte> sample = destination.Slice(3 * i, 3);
            sample[1] = (byte)(integer >> 8);
            (sample[0], sample[2]) = bigEndian
                ? ((byte)(integer >> 16), (byte)integer)
                : ((byte)integer, (byte)(integer >> 16));
        }
    }
}
