namespace Linnet.Interop.Tests.Radio;

/// <summary>A place at which a recording goes from one of two tones to the other.</summary>
/// <param name="Seconds">From its start.</param>
/// <param name="IsHigh">Whether it is the high one from here on.</param>
internal readonly record struct ToneChange(double Seconds, bool IsHigh)
{
    // Long enough to tell the tones apart, short against what is allowed.
    private const double Window = 0.01;

    /// <summary>All of them, to a hundredth of a second.</summary>
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

    /// <summary>Which tone the next hundredth of a second is; <see langword="null"/> for silence.</summary>
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
