using System.Numerics;

namespace Linnet.Audio;

/// <summary>Keeps every sample inside Linnet a finite number, at most 24 dB above full scale.</summary>
/// <remarks>
/// Float files, pipes and lossy streams can hold any value. Samples within the limit do not change, bit for bit, so limiting twice costs
/// only a comparison. A NaN becomes silence: it would stay in every filter it reaches.
/// </remarks>
internal static class SampleLimit
{
    /// <summary>
    /// The largest sample, in units of full scale. Real recordings stay far below it, and it is far below the limits of filters and
    /// encoders.
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

    /// <summary>The samples themselves if they are within the limit, which is the normal case; otherwise a limited copy.</summary>
    /// <param name="pcm">The samples; not modified.</param>
    /// <param name="copy">A buffer kept between calls. It grows to the longest block that was ever beyond the limit.</param>
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

    /// <summary>The number of leading samples known to be within the limit; all of them if all are.</summary>
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
