namespace Linnet.Interop.Tests.Radio;

/// <summary>A position where a recording changes from one tone to the other.</summary>
/// <param name="Seconds">The position, in seconds from the start.</param>
/// <param name="IsHigh">Whether the high tone begins here.</param>
internal readonly record struct ToneChange(double Seconds, bool IsHigh)
{
    // Long enough to distinguish the tones, and short compared with the tolerance.
    private const double Window = 0.01;

    /// <summary>Finds all changes, to a hundredth of a second.</summary>
    public static ToneChange[] Find(ReadOnlySpan<float> pcm, int rate, double low, double high)
    {
        List<ToneChange> changes = [];
        int step = (int)(Window * rate);
        bool? before = null;
        for (int at = 0; at + step <= pcm.Length; at += step)
        {
            if (IsHighAt(pcm[at..], rate, low, high) is not { } isHigh)
            {
                continue;
            }

            if (before is { } was && was != isHigh)
            {
                changes.Add(new ToneChange((double)at / rate, isHigh));
            }

            before = isHigh;
        }

        return [.. changes];
    }

    /// <summary>Whether the next hundredth of a second is the high tone; <see langword="null"/> for silence.</summary>
    public static bool? IsHighAt(ReadOnlySpan<float> pcm, int rate, double low, double high)
    {
        ReadOnlySpan<float> window = pcm[..Math.Min(pcm.Length, (int)(Window * rate))];
        (double ofLow, double ofHigh) = (Power(window, low / rate), Power(window, high / rate));
        return Math.Max(ofLow, ofHigh) < 1e-6 ? null : ofHigh > ofLow;
    }

    private static double Power(ReadOnlySpan<float> pcm, double cyclesPerFrame)
    {
        (double re, double im) = (0, 0);
        for (int i = 0; i < pcm.Length; i++)
        {
            re += pcm[i] * Math.Cos(2 * Math.PI * cyclesPerFrame * i);
            im += pcm[i] * Math.Sin(2 * Math.PI * cyclesPerFrame * i);
        }

        return ((re * re) + (im * im)) / pcm.Length / pcm.Length;
    }
}
