using System.Numerics;

namespace Linnet.Audio;

/// <summary>
/// The impulse response of the resampler's low-pass filter, finely sampled: one row of taps for each of many fractions of a frame.
/// </summary>
/// <remarks>
/// A sinc under a Kaiser window for 120 dB. Taps between rows are interpolated linearly, and the error stays below the window's: −120 dB at
/// the edge of the band, −170 dB at 1 kHz. The fractions of a fixed ratio fall exactly on rows if that takes at most
/// <see cref="FinestRows"/> of them. Source: A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", §7.5.3 (Kaiser).
/// </remarks>
internal sealed class PolyphaseFilter
{
    private const int FinestRows = 1024;
    private const double KaiserBeta = 12.27;

    private static readonly double KaiserPeak = BesselI0(KaiserBeta);
    private static readonly Dictionary<(int Input, int Output), WeakReference<PolyphaseFilter>> Shared = [];
    private static readonly Lock Sharing = new();

    private readonly float[] _taps;

    private PolyphaseFilter(int input, int output)
    {
        // The width of the transition band, relative to the lower Nyquist frequency, sets the length.
        // Between different rates the whole band lies below that frequency, 0.9–1, so nothing aliases.
        // Between equal rates it is centred on it, 0.9–1.1: the response at whole frames is exactly one, and the filter is half as long.
        IsIdentity = input == output;
        double bandwidth = Math.Min((double)output / input, 1);
        double cutoff = bandwidth * (IsIdentity ? 1 : 0.95);
        Half = (int)Math.Ceiling((IsIdentity ? 40 : 80) / bandwidth / 4) * 4;
        Taps = 2 * Half;

        int least = (int)Math.Ceiling(FinestRows * bandwidth);
        Rows = output <= FinestRows ? (least + output - 1) / output * output : least;
        _taps = new float[(Rows + 1) * Taps];
        double[] row = new double[Taps];
        for (int r = 0; r <= Rows / 2; r++)
        {
            Compute(row, (double)r / Rows, cutoff);
            for (int tap = 0; tap < Taps; tap++)
            {
                // The response is even: the other half is this half reversed.
                _taps[(r * Taps) + tap] = (float)row[tap];
                _taps[((Rows - r) * Taps) + Taps - 1 - tap] = (float)row[tap];
            }
        }
    }

    /// <summary>Whether the rates are the same, so that row 0 changes nothing.</summary>
    internal bool IsIdentity { get; }

    /// <summary>Input frames needed after the time of an output frame; nearly as many are needed before it.</summary>
    internal int Half { get; }

    /// <summary>Taps per row. The tap at <c>Half − 1</c> belongs to the input frame at or before the time of the output frame.</summary>
    internal int Taps { get; }

    /// <summary>Rows per input frame.</summary>
    internal int Rows { get; }

    /// <summary>The filter for a pair of rates. Resamplers that are alive at the same time share it.</summary>
    /// <param name="input">Input rate divided by the greatest common divisor of both rates.</param>
    /// <param name="output">Output rate divided by the same.</param>
    internal static PolyphaseFilter For(int input, int output)
    {
        lock (Sharing)
        {
            if (Shared.TryGetValue((input, output), out WeakReference<PolyphaseFilter>? reference)
                && reference.TryGetTarget(out PolyphaseFilter? filter))
            {
                return filter;
            }

            foreach (((int Input, int Output) ratio, WeakReference<PolyphaseFilter> known) in Shared)
            {
                if (!known.TryGetTarget(out _))
                {
                    Shared.Remove(ratio);
                }
            }

            filter = new PolyphaseFilter(input, output);
            Shared[(input, output)] = new WeakReference<PolyphaseFilter>(filter);
            return filter;
        }
    }

    /// <summary>The taps at the fraction <c>row / Rows</c>. Row number <see cref="Rows"/> exists, too.</summary>
    internal ReadOnlySpan<float> Row(int row) => _taps.AsSpan(row * Taps, Taps);

    /// <summary>The taps at the fraction <c>(row + weight) / Rows</c>.</summary>
    internal void Interpolate(int row, float weight, Span<float> taps)
    {
        ReadOnlySpan<float> lower = Row(row);
        ReadOnlySpan<float> upper = Row(row + 1);
        var upperWeight = new Vector<float>(weight);
        int i = 0;
        for (; i <= Taps - Vector<float>.Count; i += Vector<float>.Count)
        {
            var from = new Vector<float>(lower[i..]);
            Vector.MultiplyAddEstimate(new Vector<float>(upper[i..]) - from, upperWeight, from).CopyTo(taps[i..]);
        }

        for (; i < Taps; i++)
        {
            taps[i] = lower[i] + (weight * (upper[i] - lower[i]));
        }
    }

    private void Compute(Span<double> row, double fraction, double cutoff)
    {
        double sum = 0;
        for (int tap = 0; tap < row.Length; tap++)
        {
            double distance = tap - (Half - 1) - fraction;
            row[tap] = Sinc(cutoff * distance) * Kaiser(distance / Half);
            sum += row[tap];
        }

        // Every row passes a constant unchanged.
        foreach (ref double tap in row)
        {
            tap /= sum;
        }
    }

    private static double Sinc(double x)
    {
        if (x == 0)
        {
            return 1;
        }

        // Exactly zero at whole numbers; the sine of a rounded π is not.
        return x == Math.Round(x) ? 0 : Math.Sin(Math.PI * x) / (Math.PI * x);
    }

    private static double Kaiser(double x) => Math.Abs(x) >= 1 ? 0 : BesselI0(KaiserBeta * Math.Sqrt(1 - (x * x))) / KaiserPeak;

    private static double BesselI0(double x)
    {
        double sum = 1;
        double term = 1;
        for (int k = 1; term > 1e-17 * sum; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
