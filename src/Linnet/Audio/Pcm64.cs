using System.Buffers.Binary;

namespace Linnet.Audio;

/// <summary>Little-endian 64-bit samples: floats.</summary>
internal static class Pcm64
{
    internal static void ToFloat(ReadOnlySpan<byte> source, Span<float> pcm)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            // A value that is finite in 64 bits may be infinite in 32. A NaN would stay in every filter it reaches.
            float sample = (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
            pcm[i] = float.IsFinite(sample) ? sample : 0;
        }
    }

    internal static void FromFloat(ReadOnlySpan<float> pcm, Span<byte> destination)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(destination[(8 * i)..], pcm[i]);
        }
    }
}
