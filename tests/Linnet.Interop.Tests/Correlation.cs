using System.Numerics;

namespace Linnet.Interop.Tests;

/// <summary>The similarity of two recordings, whatever the offset between them.</summary>
/// <param name="Lag">The sample of the reference at which the recording starts; negative if it starts earlier.</param>
/// <param name="Value">1 if they differ only in volume; 0 if they are unrelated.</param>
internal readonly record struct Correlation(int Lag, double Value)
{
    // Long enough to be unmistakable.
    private const int ProbeLength = 8192;

    /// <summary>
    /// Finds the middle of <paramref name="recorded"/> in <paramref name="reference"/>, and compares the overlap.
    /// </summary>
    internal static Correlation Of(ReadOnlySpan<float> reference, ReadOnlySpan<float> recorded)
    {
        int probeAt = Math.Max(0, (recorded.Length - ProbeLength) / 2);
        ReadOnlySpan<float> probe = recorded[probeAt..Math.Min(recorded.Length, probeAt + ProbeLength)];
        int found = 0;
        double best = double.NegativeInfinity;
        for (int start = 0; start + probe.Length <= reference.Length; start++)
        {
            ReadOnlySpan<float> window = reference.Slice(start, probe.Length);
            double likeness = Dot(window, probe) / Math.Sqrt(Dot(window, window) + 1e-9);
            (best, found) = likeness > best ? (likeness, start) : (best, found);
        }

        int lag = found - probeAt;
        int from = Math.Max(0, -lag);
        int to = Math.Min(recorded.Length, reference.Length - lag);
        ReadOnlySpan<float> a = reference[(from + lag)..(to + lag)];
        ReadOnlySpan<float> b = recorded[from..to];
        return new Correlation(lag, Likeness(a, b));
    }

    /// <summary>The similarity of two sounds of the same length: 1 if they differ only in volume.</summary>
    internal static double Likeness(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Dot(a, b) / Math.Sqrt((Dot(a, a) * Dot(b, b)) + 1e-12);

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        int i = 0;
        while (i <= a.Length - Vector<float>.Count)
        {
            // In parts, so that single precision is enough.
            Vector<float> part = Vector<float>.Zero;
            for (int end = Math.Min(a.Length, i + 1024); i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                part += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
            }

            sum += Vector.Sum(part);
        }

        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
