using System.Globalization;

namespace Linnet.Interop.Tests.Page;

/// <summary>
/// What of <see cref="Music"/> a recording holds, and when: it is followed block by block, because a player skips, repeats and stretches
/// it a little.
/// </summary>
internal sealed class MusicMatch
{
    /// <summary>From here on, a corner is a click.</summary>
    public const double Click = 3;

    /// <summary>Frames of a block: 20 ms.</summary>
    public const int Block = 960;

    private const int Part = Block / 4;

    // As far as the lag changes by drift within a block, and by a skip or a repetition.
    private const int Near = 48;
    private const int Far = 1500;
    private const double Silence = 0.01;
    private const double Same = 0.995;
    private const double Similar = 0.8;

    // To find the place at first, and after a jump.
    private const int Coarse = 16;
    private const int Probe = 24_000;
    private const int Patience = 10;

    private readonly float[] _heard;
    private readonly float[] _music;
    private readonly float[] _thin;
    private readonly long _origin;

    /// <param name="heard">At <see cref="Music.Rate"/>.</param>
    /// <param name="from">The first position that may be in it.</param>
    /// <param name="seconds">How much of the music may be in it from there on.</param>
    public MusicMatch(float[] heard, long from, int seconds)
    {
        _heard = heard;
        _origin = from;
        _music = Music.From(from, seconds * Music.Rate);
        _thin = Thin(_music);
        Lags = Follow();
        Measure();
        Sharpest = SharpestOf(heard);
    }

    /// <summary>
    /// For each block of the recording the position of its first frame minus that frame's number; <see langword="null"/>: it is not the
    /// music.
    /// </summary>
    public long?[] Lags { get; }

    /// <summary>The first block that is the music; −1: none is.</summary>
    public int FirstBlock => Array.FindIndex(Lags, static lag => lag is not null);

    /// <summary>The last block that is the music.</summary>
    public int LastBlock => Array.FindLastIndex(Lags, static lag => lag is not null);

    /// <summary>Blocks from the first on that are not the music.</summary>
    public int Strangers => FirstBlock < 0 ? Lags.Length : Lags.Skip(FirstBlock).Count(static lag => lag is null);

    /// <summary>The likeness of all that is the music: 1 if it differs only in volume.</summary>
    public double Likeness { get; private set; }

    /// <summary>The quietest 5 ms against the music at the same place, in dB.</summary>
    public double Quietest { get; private set; } = double.PositiveInfinity;

    /// <summary>The loudest 5 ms against the music at the same place, in dB.</summary>
    public double Loudest { get; private set; } = double.NegativeInfinity;

    /// <summary>How much later a block was heard than another one, beyond the time between them in the music.</summary>
    public TimeSpan LaterBy(int block, int than) => TimeSpan.FromSeconds((Lags[than]!.Value - Lags[block]!.Value) / (double)Music.Rate);

    /// <summary>The sharpest corner of the recording against that of the music. A step of 1 % of full scale gives 3.</summary>
    public double Sharpest { get; }

    /// <summary>The same of any recording.</summary>
    public static double SharpestOf(ReadOnlySpan<float> heard)
    {
        float most = 0;
        for (int i = 2; i < heard.Length; i++)
        {
            // Not where something was not recorded.
            float corner = Math.Abs(heard[i] - (2 * heard[i - 1]) + heard[i - 2]);
            most = corner > most ? corner : most;
        }

        return most / Music.Corner;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Strangers} of {Lags.Length} blocks are not the music (from {FirstBlock} on: {Where()});
        likeness {Likeness:F4}, {Quietest:F1} to {Loudest:F1} dB, sharpest corner {Sharpest:F2};
        {_heard.Count(float.IsNaN)} frames were not recorded
        """);

    private string Where() =>
        string.Join(' ', Enumerable.Range(0, Lags.Length).Where(block => block > FirstBlock && Lags[block] is null).Take(20));

    private long?[] Follow()
    {
        var lags = new long?[_heard.Length / Block];
        long? last = null;
        int strange = Patience;
        for (int block = 0; block < lags.Length; block++)
        {
            int at = block * Block;
            if (last is long lag && Loudness(_heard.AsSpan(at, Block)) > Silence)
            {
                (double likeness, long found) = Best(at, lag, Near);
                if (likeness < Same)
                {
                    (likeness, found) = Best(at, lag, Far);
                }

                lags[block] = likeness > Similar ? found : null;
            }

            if (lags[block] is null && ++strange > Patience && at + Probe <= _heard.Length)
            {
                strange = 0;
                lags[block] = Search(at);
            }

            last = lags[block] ?? last;
        }

        return lags;
    }

    /// <summary>The most similar place around a lag.</summary>
    private (double Likeness, long Lag) Best(int at, long lag, int around)
    {
        ReadOnlySpan<float> block = _heard.AsSpan(at, Block);
        (double best, long found) = (double.NegativeInfinity, lag);
        for (long near = lag - around; near <= lag + around; near++)
        {
            long start = at + near - _origin;
            if (start >= 0 && start + Block <= _music.Length)
            {
                double likeness = Correlation.Likeness(_music.AsSpan((int)start, Block), block);
                (best, found) = likeness > best ? (likeness, near) : (best, found);
            }
        }

        return (best, found);
    }

    /// <summary>Looks everywhere, at first for half a second of it at a low rate.</summary>
    private long? Search(int at)
    {
        ReadOnlySpan<float> probe = _heard.AsSpan(at, Probe);
        if (Loudness(probe) < Silence)
        {
            return null;
        }

        Correlation found = Correlation.Of(_thin, Thin(probe));
        long lag = _origin + (found.Lag * Coarse) - at;
        (double likeness, long exact) = Best(at, lag, 2 * Coarse);
        return likeness > Similar ? exact : null;
    }

    private static float[] Thin(ReadOnlySpan<float> samples)
    {
        float[] thin = new float[samples.Length / Coarse];
        for (int i = 0; i < thin.Length; i++)
        {
            foreach (float sample in samples.Slice(i * Coarse, Coarse))
            {
                thin[i] += sample;
            }
        }

        return thin;
    }

    private void Measure()
    {
        var heard = new List<float>();
        var music = new List<float>();
        for (int block = 0; block < Lags.Length; block++)
        {
            if (Lags[block] is not long lag)
            {
                continue;
            }

            ReadOnlySpan<float> a = _heard.AsSpan(block * Block, Block);
            ReadOnlySpan<float> b = _music.AsSpan((int)((block * Block) + lag - _origin), Block);
            heard.AddRange(a);
            music.AddRange(b);
            for (int at = 0; at < Block; at += Part)
            {
                double level = 20 * Math.Log10(Loudness(a.Slice(at, Part)) / Loudness(b.Slice(at, Part)));
                Quietest = Math.Min(Quietest, level);
                Loudest = Math.Max(Loudest, level);
            }
        }

        Likeness = Correlation.Likeness(heard.ToArray(), music.ToArray());
    }

    private static double Loudness(ReadOnlySpan<float> samples)
    {
        double sum = 1e-12;
        foreach (float sample in samples)
        {
            sum += sample * sample;
        }

        return Math.Sqrt(sum / samples.Length);
    }
}
