using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Linnet.Audio;

/// <summary>Signed 16-bit samples in either byte order.</summary>
internal static class Pcm16
{
    private const float Scale = 32768;

    internal static void ToFloat(ReadOnlySpan<byte> source, Span<float> pcm, bool bigEndian)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            Vector128<byte> order = ByteOrder(bigEndian);
            for (; i + 8 <= pcm.Length; i += 8)
            {
                Vector128<short> integers = Vector128.Shuffle(Vector128.Create(source.Slice(2 * i, 16)), order).AsInt16();
                (Vector128<int> lower, Vector128<int> upper) = Vector128.Widen(integers);
                (Vector128.ConvertToSingle(lower) * (1 / Scale)).CopyTo(pcm[i..]);
                (Vector128.ConvertToSingle(upper) * (1 / Scale)).CopyTo(pcm[(i + 4)..]);
            }
        }

        for (; i < pcm.Length; i++)
        {
            ReadOnlySpan<byte> sample = source.Slice(2 * i, 2);
            pcm[i] = (bigEndian ? BinaryPrimitives.ReadInt16BigEndian(sample) : BinaryPrimitives.ReadInt16LittleEndian(sample)) / Scale;
        }
    }

    internal static void FromFloat(ReadOnlySpan<float> pcm, Span<byte> destination, bool bigEndian)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            Vector128<byte> order = ByteOrder(bigEndian);
            Vector128<int> min = Vector128.Create((int)short.MinValue);
            Vector128<int> max = Vector128.Create((int)short.MaxValue);
            for (; i + 8 <= pcm.Length; i += 8)
            {
                Vector128<int> lower = PcmRound.ToIntegers(Vector128.Create(pcm.Slice(i, 4)) * Scale, min, max);
                Vector128<int> upper = PcmRound.ToIntegers(Vector128.Create(pcm.Slice(i + 4, 4)) * Scale, min, max);
                Vector128.Shuffle(Vector128.Narrow(lower, upper).AsByte(), order).CopyTo(destination[(2 * i)..]);
            }
        }

        for (; i < pcm.Length; i++)
        {
            short integer = (short)PcmRound.ToInteger(pcm[i] * Scale, short.MinValue, short.MaxValue);
            Span<byte> sample = destination.Slice(2 * i, 2);
            MemoryMarshal.Write(sample, bigEndian == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(integer) : integer);
        }
    }

    private static Vector128<byte> ByteOrder(bool bigEndian) => bigEndian
        ? Vector128.Create((byte)1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
        : Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
