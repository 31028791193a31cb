using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Linnet.Audio;

/// <summary>32-bit samples in either byte order: integers and floats.</summary>
internal static class Pcm32
{
    private const float Scale = 2147483648;

    internal static void IntegersToFloat(ReadOnlySpan<byte> source, Span<float> pcm, bool bigEndian)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            Vector128<byte> order = bigEndian
                ? Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
                : Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            for (; i + 4 <= pcm.Length; i += 4)
            {
                Vector128<int> integers = Vector128.Shuffle(Vector128.Create(source.Slice(4 * i, 16)), order).AsInt32();
                (Vector128.ConvertToSingle(integers) * (1 / Scale)).CopyTo(pcm[i..]);
            }
        }

        for (; i < pcm.Length; i++)
        {
            ReadOnlySpan<byte> sample = source[(4 * i)..];
            pcm[i] = (bigEndian ? BinaryPrimitives.ReadInt32BigEndian(sample) : BinaryPrimitives.ReadInt32LittleEndian(sample)) / Scale;
        }
    }

    internal static void FloatToIntegers(ReadOnlySpan<float> pcm, Span<byte> destination, bool bigEndian)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            // The conversion saturates, and float32 has no value between 2^31 − 128 and 2^31.
            int integer = (int)MathF.Round(pcm[i] * Scale);
            BinaryPrimitives.WriteInt32LittleEndian(
                destination[(4 * i)..], bigEndian ? BinaryPrimitives.ReverseEndianness(integer) : integer);
        }
    }

    internal static void FloatsToFloat(ReadOnlySpan<byte> source, Span<float> pcm, bool bigEndian)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            ReadOnlySpan<byte> stored = source[(4 * i)..];
            float sample = bigEndian ? BinaryPrimitives.ReadSingleBigEndian(stored) : BinaryPrimitives.ReadSingleLittleEndian(stored);

            // A NaN from a pipe would stay in every filter it reaches.
            pcm[i] = float.IsFinite(sample) ? sample : 0;
        }
    }

    internal static void FloatToFloats(ReadOnlySpan<float> pcm, Span<byte> destination, bool bigEndian)
    {
        if (BitConverter.IsLittleEndian && !bigEndian)
        {
            MemoryMarshal.AsBytes(pcm).CopyTo(destination);
            return;
        }

        for (int i = 0; i < pcm.Length; i++)
        {
            int bits = BitConverter.SingleToInt32Bits(pcm[i]);
            BinaryPrimitives.WriteInt32LittleEndian(destination[(4 * i)..], bigEndian ? BinaryPrimitives.ReverseEndianness(bits) : bits);
        }
    }
}
