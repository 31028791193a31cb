using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Finds how far back sound is most like its end: a period of the pitch, or several.</summary>
/// <remarks>
/// Normalised correlation of the last 10 ms with what lies 2.5–25 ms before it, first on a coarse copy near 8 kHz, then to
/// the frame around the best place. Allocates nothing after the constructor.
/// </remarks>
internal sealed class PeriodSearch
{
    private const float ShortestMs = 2.5f;
    private const float LongestMs = 25;
    private const float TemplateMs = 10;
    private const int CoarseRate = 8000;

    /// <summary>Below this likeness there is no pitch: a short loop would buzz, so the longest is taken.</summary>
    private const float LeastLikeness = 0.3f;

    private readonly int _channels;
    private readonly int _decimation;
    private readonly int _shortest;
    private readonly int _longest;
    private readonly int _template;
    private readonly float[] _mono;
    private readonly float[] _coarse;

    internal PeriodSearch(AudioFormat format)
    {
        _channels = format.Channels;
        _decimation = Math.Max(format.SampleRate / CoarseRate, 1);
        _shortest = Math.Max((int)(ShortestMs * format.SampleRate / 1000), 4);
        _longest = (int)(LongestMs * format.SampleRate / 1000);
        _template = (int)(TemplateMs * format.SampleRate / 1000);

        // Room for the joint's quarter before the longest loop is within the template's length.
        HistoryFrames = (_longest + _template + _decimation) / _decimation * _decimation;
        _mono = new float[HistoryFrames];
        _coarse = new float[HistoryFrames / _decimation];
    }

    /// <summary>Frames of sound to search in.</summary>
    internal int HistoryFrames { get; }

    /// <summary>The best period of <paramref name="history"/>, in frames.</summary>
    /// <param name="history"><see cref="HistoryFrames"/> frames, interleaved; the end is what is to be continued.</param>
    internal int Find(ReadOnlySpan<float> history)
    {
        for (int frame = 0; frame < _mono.Length; frame++)
        {
            float sum = 0;
            foreach (float sample in history.Slice(frame * _channels, _channels))
            {
                sum += sample;
            }

            _mono[frame] = sum;
        }

        for (int i = 0; i < _coarse.Length; i++)
        {
            float sum = 0;
            foreach (float sample in _mono.AsSpan(i * _decimation, _decimation))
            {
                sum += sample;
            }

            _coarse[i] = sum;
        }

        (int coarse, float likeness) = Best(_coarse, _template / _decimation, Math.Max(_shortest / _decimation, 1), _longest / _decimation);
        if (likeness < LeastLikeness)
        {
            return _longest;
        }

        int centre = coarse * _decimation;
        return Best(_mono, _template, Math.Max(centre - _decimation, _shortest), Math.Min(centre + _decimation, _longest)).Lag;
    }

    /// <summary>The lag of the greatest likeness; of equals the longest, which repeats least often.</summary>
    private static (int Lag, float Likeness) Best(ReadOnlySpan<float> sound, int template, int shortest, int longest)
    {
        ReadOnlySpan<float> end = sound[^template..];
        float endEnergy = DotProduct.Of(end, end);
        int best = longest;
        float bestLikeness = 0;
        for (int lag = longest; lag >= shortest; lag--)
        {
            ReadOnlySpan<float> before = sound.Slice(sound.Length - template - lag, template);
            float energy = DotProduct.Of(before, before) * endEnergy;
            float likeness = energy > 0 ? DotProduct.Of(end, before) / MathF.Sqrt(energy) : 0;
            if (likeness > bestLikeness)
            {
                bestLikeness = likeness;
                best = lag;
            }
        }

        return (best, bestLikeness);
    }
}
