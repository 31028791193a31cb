namespace Linnet.Interop.Tests.Windows;

/// <summary>A recording compared with what was played, in short windows whose offset may drift: a device has its own clock.</summary>
/// <param name="Correlation">1 if they differ only in volume; 0 if they are unrelated.</param>
/// <param name="Quietest">The level of the quietest 5 ms in dB, relative to the same 5 ms of the original at the same volume.</param>
/// <param name="QuietestAt">Where that is, in seconds from the start of the recording.</param>
/// <param name="Seconds">The duration of the part that was compared.</param>
internal readonly record struct HeardSound(double Correlation, double Quietest, double QuietestAt, double Seconds)
{
    private const float Silence = 0.02f;

    /// <summary>Compares the part of a recording that is not silence.</summary>
    /// <param name="sent">One channel of the original.</param>
    /// <param name="recorded">The same channel of the recording, with silence around it.</param>
    /// <param name="rate">Frames per second of both.</param>
    /// <param name="edge">The seconds at both ends that are left out.</param>
    internal static HeardSound Of(ReadOnlySpan<float> sent, ReadOnlySpan<float> recorded, int rate, double edge)
    {
        int first = recorded.IndexOfAnyExceptInRange(-Silence, Silence) + (int)(edge * rate);
        int last = recorded.LastIndexOfAnyExceptInRange(-Silence, Silence) - (int)(edge * rate);
        Assert.True(last > first + rate, $"only {(last - first) / (double)rate:F2} s were heard");
        ReadOnlySpan<float> heard = recorded[first..last];
        int window = rate / 20;
        int middle = heard.Length / 2 / window * window;
        int lag = Interop.Tests.Correlation.Of(sent, heard).Lag;

        var windows = new List<(int At, int Lag)>();
        int drifted = lag;
        for (int at = middle; at + window <= heard.Length; at += window)
        {
            windows.Add((at, drifted = Nearest(sent, heard, at, window, drifted)));
        }

        drifted = lag;
        for (int at = middle - window; at >= 0; at -= window)
        {
            windows.Add((at, drifted = Nearest(sent, heard, at, window, drifted)));
        }

        (double ab, double aa, double bb) = (0, 0, 0);
        foreach ((int at, int l) in windows)
        {
            if (at + l < 0 || at + l + window > sent.Length)
            {
                continue;
            }

            ReadOnlySpan<float> a = sent.Slice(at + l, window);
            ReadOnlySpan<float> b = heard.Slice(at, window);
            (ab, aa, bb) = (ab + Product(a, b), aa + Product(a, a), bb + Product(b, b));
        }

        double gain = Math.Sqrt(bb / aa);
        (double quietest, double quietestAt) = (double.PositiveInfinity, 0);
        int part = rate / 200;
        foreach ((int at, int l) in windows)
        {
            for (int i = at; i < at + window; i += part)
            {
                if (i + l < 0 || i + l + part > sent.Length)
                {
                    continue;
                }

                ReadOnlySpan<float> a = sent.Slice(i + l, part);
                ReadOnlySpan<float> b = heard.Slice(i, part);
                double level = 10 * Math.Log10((Product(b, b) + 1e-12) / ((Product(a, a) * gain * gain) + 1e-12));
                (quietest, quietestAt) = level < quietest ? (level, (first + i) / (double)rate) : (quietest, quietestAt);
            }
        }

        return new HeardSound(ab / Math.Sqrt(aa * bb), quietest, quietestAt, (last - first) / (double)rate);
    }

    /// <summary>Fails if the recording is not the original, or has a hole.</summary>
    internal void AssertWhole(double atLeastSeconds)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{this}");
        Assert.True(Seconds > atLeastSeconds, $"only {this}");
        Assert.True(Correlation > 0.99, $"not what was played: {this}");
        Assert.True(Quietest > -20, $"a hole: {this}");
    }

    // The offset of a window, within a millisecond of its neighbour's.
    private static int Nearest(ReadOnlySpan<float> sent, ReadOnlySpan<float> heard, int at, int window, int lag)
    {
        (double best, int found) = (double.NegativeInfinity, lag);
        for (int l = lag - 48; l <= lag + 48; l++)
        {
            if (at + l >= 0 && at + l + window <= sent.Length)
            {
                double likeness = Interop.Tests.Correlation.Likeness(sent.Slice(at + l, window), heard.Slice(at, window));
                (best, found) = likeness > best ? (likeness, l) : (best, found);
            }
        }

        return found;
    }

    private static double Product(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * (double)b[i];
        }

        return sum;
    }
}
