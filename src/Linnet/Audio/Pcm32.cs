using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Linnet.Audio;

/// <summary>Little-endian 32-bit samples: integers and floats.</summary>
internal static class Pcm32
{
    private const float Scale = 2147483648;

    internal static void IntegersToFloat(ReadOnlySpan<byte> source, Span<float> pcm)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            for (; i + 4 <= pcm.Length; i += 4)
            {
                Vector128<int> integers = Vector128.Create(source.Slice(4 * i, 16)).AsInt32();
                (Vector128.ConvertToSingle(integers) * (1 / Scale)).CopyTo(pcm[i..]);
            }
        }

        for (; i < pcm.Length; i++)
        {
            pcm[i] = BinaryPrimitives.ReadInt32LittleEndian(source[(4 * i)..]) / Scale;
        }
    }

    internal static void FloatToIntegers(ReadOnlySpan<float> pcm, Span<byte> destination)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            // The conversion saturates, and float32 has no value between 2^31 − 128 and 2^31.
            BinaryPrimitives.WriteInt32LittleEndian(destination[(4 * i)..], (int)MathF.Round(pcm[i] * Scale));
        }
    }

    internal static void FloatsToFloat(ReadOnlySpan<byte> source, Span<float> pcm)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            float sample = BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]);

            // A NaN from a pipe would stay in every filter it reaches.
            pcm[i] = float.IsFinite(sample) ? sample : 0;
        }
    }

    internal static void FloatToFloats(ReadOnlySpan<float> pcm, Span<byte> destination)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(pcm).CopyTo(destination);
            return;
        }

        for (int i = 0; i < pcm.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(destination[(4 * i)..], pcm[i]);
        }
    }
}
