using System.Numerics;
using System.Runtime.InteropServices;

namespace Linnet.Audio;

/// <summary>The sum of products, the core of filters and correlations.</summary>
internal static class DotProduct
{
    /// <summary>Σ a[i]·b[i] over the length of <paramref name="a"/>; <paramref name="b"/> is at least as long.</summary>
    /// <remarks>The order of additions depends only on the length, so equal sounds give equal results at any memory address.</remarks>
    internal static float Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        b = b[..a.Length];
        ReadOnlySpan<Vector<float>> vectorsOfA = MemoryMarshal.Cast<float, Vector<float>>(a);
        ReadOnlySpan<Vector<float>> vectorsOfB = MemoryMarshal.Cast<float, Vector<float>>(b)[..vectorsOfA.Length];

        // Two sums, so that additions do not wait for each other.
        Vector<float> even = Vector<float>.Zero;
        Vector<float> odd = Vector<float>.Zero;
        int i = 0;
        for (; i + 1 < vectorsOfA.Length; i += 2)
        {
            even = Vector.MultiplyAddEstimate(vectorsOfA[i], vectorsOfB[i], even);
            odd = Vector.MultiplyAddEstimate(vectorsOfA[i + 1], vectorsOfB[i + 1], odd);
        }

        if (i < vectorsOfA.Length)
        {
            even = Vector.MultiplyAddEstimate(vectorsOfA[i], vectorsOfB[i], even);
        }

        float rest = 0;
        for (int j = vectorsOfA.Length * Vector<float>.Count; j < a.Length; j++)
        {
            rest += a[j] * b[j];
        }

        return Vector.Sum(even + odd) + rest;
    }
}
