using System.Numerics;

namespace Linnet.Audio;

/// <summary>What every sample inside Linnet is: a number, and at most 24 dB above full scale.</summary>
/// <remarks>
/// Float files, pipes and lossy streams can hold anything. What is within the limit is not changed, bit for bit, so limiting again costs a
/// comparison and no sound. A NaN becomes silence: it would stay in every filter that it passes.
/// </remarks>
internal static class SampleLimit
{
    /// <summary>
    /// The loudest sample, in units of full scale. Real recordings stay far below, and filters and encoders are far from their own limits.
    /// </summary>
    internal const float Max = 16;

    /// <summary>Limits samples in place.</summary>
    internal static void Apply(Span<float> pcm)
    {
        int start = WithinUpTo(pcm);
        foreach (ref float sample in pcm[start..])
        {
            sample = float.IsNaN(sample) ? 0 : float.Clamp(sample, -Max, Max);
        }
    }

    /// <summary>The samples if they are within the limit, which they nearly always are; else a limited copy.</summary>
    /// <param name="pcm">Samples that belong to somebody else.</param>
    /// <param name="copy">Kept for the next time. It grows to the longest block that was ever beyond the limit.</param>
    internal static ReadOnlySpan<float> Within(ReadOnlySpan<float> pcm, ref float[] copy)
    {
        if (WithinUpTo(pcm) == pcm.Length)
        {
            return pcm;
        }

        if (copy.Length < pcm.Length)
        {
            copy = new float[pcm.Length];
        }

        Span<float> limited = copy.AsSpan(0, pcm.Length);
        pcm.CopyTo(limited);
        Apply(limited);
        return limited;
    }

    /// <summary>How many samples at the front are within the limit for certain; all of them if all are.</summary>
    private static int WithinUpTo(ReadOnlySpan<float> pcm)
    {
        var max = new Vector<float>(Max);
        int i = 0;
        for (; i <= pcm.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            // A comparison with NaN is false.
            if (!Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(pcm[i..])), max))
            {
                return i;
            }
        }

        for (; i < pcm.Length && MathF.Abs(pcm[i]) <= Max; i++)
        {
        }

        return i;
    }
}
