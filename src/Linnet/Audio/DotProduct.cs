using System.Numerics;

namespace Linnet.Audio;

/// <summary>The sum of products: what filters and correlations are made of.</summary>
internal static class DotProduct
{
    /// <summary>Σ a[i]·b[i] over the length of <paramref name="a"/>; <paramref name="b"/> is at least as long.</summary>
    internal static float Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        b = b[..a.Length];
        var sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        }

        float rest = 0;
        for (; i < a.Length; i++)
        {
            rest += a[i] * b[i];
        }

        return Vector.Sum(sum) + rest;
    }
}
