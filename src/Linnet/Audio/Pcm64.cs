using System.Buffers.Binary;

namespace Linnet.Audio;

/// <summary>64-bit samples in either byte order: floats.</summary>
internal static class Pcm64
{
    internal static void ToFloat(ReadOnlySpan<byte> source, Span<float> pcm, bool bigEndian)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            // A value that is finite in 64 bits may be infinite in 32. A NaN would stay in every filter it reaches.
            ReadOnlySpan<byte> stored = source[(8 * i)..];
            float sample =
                (float)(bigEndian ? BinaryPrimitives.ReadDoubleBigEndian(stored) : BinaryPrimitives.ReadDoubleLittleEndian(stored));
            pcm[i] = float.IsFinite(sample) ? sample : 0;
        }
    }

    internal static void FromFloat(ReadOnlySpan<float> pcm, Span<byte> destination, bool bigEndian)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            if (bigEndian)
            {
                BinaryPrimitives.WriteDoubleBigEndian(destination[(8 * i)..], pcm[i]);
            }
            else
            {
                BinaryPrimitives.WriteDoubleLittleEndian(destination[(8 * i)..], pcm[i]);
            }
        }
    }
}
