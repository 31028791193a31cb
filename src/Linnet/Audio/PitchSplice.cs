namespace Linnet.Audio;

/// <summary>
/// Skips a piece of sound, or plays one twice, where the sound is most similar: whole periods of the pitch, so that the splice is
/// inaudible.
/// </summary>
/// <remarks>
/// Compares 8 ms of sound at the two ends of a jump (normalised correlation over all channels), first on a coarse copy, then to the frame;
/// then cross-fades from one to the other. The gains keep the power constant, however similar the two are. Idea: W. Verhelst, M. Roelands,
/// "An overlap-add technique based on waveform similarity (WSOLA)" (1993). Allocates nothing after the constructor. Used by one thread.
/// </remarks>
internal sealed class PitchSplice
{
    private const double ShortestMs = 2.5;
    private const double LongestMs = 25;
    private const double FadeMs = 8;
    private const int CoarseRate = 8000;

    // −66 dBFS. Below it everything sounds alike.
    private const float SilentPower = 2.5e-7f;

    private readonly int _channels;
    private readonly int _decimation;
    private readonly float[] _coarse;
    private readonly float[] _left;

    internal PitchSplice(AudioFormat format)
    {
        _channels = format.Channels;
        _decimation = Math.Max(1, format.SampleRate / CoarseRate);
        Shortest = Math.Max(2, (int)(ShortestMs * format.SampleRate / 1000));
        Longest = (int)(LongestMs * format.SampleRate / 1000);
        Fade = Math.Max(2, (int)(FadeMs * format.SampleRate / 1000));
        _coarse = new float[(Longest + (2 * Fade)) / _decimation * _channels];
        _left = new float[Fade * _channels];
    }

    /// <summary>The shortest jump, in frames.</summary>
    internal int Shortest { get; }

    /// <summary>The longest jump, in frames.</summary>
    internal int Longest { get; }

    /// <summary>Frames that are compared, and the length of the cross-fade.</summary>
    internal int Fade { get; }

    /// <summary>Finds the best length of a jump from a position.</summary>
    /// <param name="pcm">Interleaved; reaches <see cref="Fade"/> frames beyond the position, and beyond the furthest position to jump
    /// to.</param>
    /// <param name="place">Index of the next frame.</param>
    /// <param name="direction">1 skips sound; −1 repeats it.</param>
    /// <param name="least">The shortest jump in frames, at least <see cref="Shortest"/>.</param>
    /// <param name="most">The longest jump in frames, at most <see cref="Longest"/>.</param>
    /// <param name="likeness">How similar the two positions are: 1 if they are the same, 0 if unrelated. Silence matches silence.</param>
    /// <returns>Length of the jump, in frames.</returns>
    internal int Find(ReadOnlySpan<float> pcm, int place, int direction, int least, int most, out float likeness)
    {
        ReadOnlySpan<float> from = pcm.Slice(place * _channels, Fade * _channels);
        if (IsSilent(from) && IsSilent(pcm.Slice((place + (direction * most)) * _channels, Fade * _channels)))
        {
            likeness = 1;
            return most;
        }

        int first = direction > 0 ? place : place - most;
        int frames = most + Fade;
        int coarseFrames = frames / _decimation;
        Decimate(pcm[(first * _channels)..], coarseFrames);
        int coarsePlace = (place - first) / _decimation;
        int coarse = Best(
            _coarse.AsSpan(0, coarseFrames * _channels), coarsePlace, direction, Fade / _decimation,
            Math.Max(1, least / _decimation), most / _decimation, out _);
        return Best(
            pcm, place, direction, Fade,
            Math.Max(least, (coarse - 1) * _decimation), Math.Min(most, (coarse + 1) * _decimation), out likeness);
    }

    /// <summary>Cross-fades from the sound before the jump into the sound after it.</summary>
    /// <param name="left">Interleaved, at least <see cref="Fade"/> frames: what would have come next without the jump.</param>
    /// <param name="to">The same number of frames after the jump; changed in place. The two may overlap.</param>
    /// <param name="likeness">The value from <see cref="Find"/>.</param>
    internal void Apply(ReadOnlySpan<float> left, Span<float> to, float likeness)
    {
        left[.._left.Length].CopyTo(_left);
        float alike = Math.Clamp(likeness, 0, 1);
        for (int frame = 0; frame < Fade; frame++)
        {
            float weight = (frame + 1f) / (Fade + 1);
            float rest = 1 - weight;

            // The power of the sum of two sounds depends on how similar they are.
            float gain = 1 / MathF.Sqrt((weight * weight) + (rest * rest) + (2 * weight * rest * alike));
            for (int i = frame * _channels; i < (frame + 1) * _channels; i++)
            {
                to[i] = gain * ((rest * _left[i]) + (weight * to[i]));
            }
        }
    }

    /// <summary>Whether the sound is too quiet to hear.</summary>
    internal static bool IsSilent(ReadOnlySpan<float> pcm) => DotProduct.Of(pcm, pcm) <= SilentPower * pcm.Length;

    private void Decimate(ReadOnlySpan<float> pcm, int frames)
    {
        for (int frame = 0; frame < frames; frame++)
        {
            for (int channel = 0; channel < _channels; channel++)
            {
                float sum = 0;
                for (int i = 0; i < _decimation; i++)
                {
                    sum += pcm[(((frame * _decimation) + i) * _channels) + channel];
                }

                _coarse[(frame * _channels) + channel] = sum;
            }
        }
    }

    // Of equal candidates the furthest, which needs the fewest splices.
    private int Best(ReadOnlySpan<float> pcm, int place, int direction, int template, int least, int most, out float likeness)
    {
        ReadOnlySpan<float> from = pcm.Slice(place * _channels, template * _channels);
        float power = DotProduct.Of(from, from);
        int best = most;
        likeness = -1;
        for (int step = most; step >= least; step--)
        {
            ReadOnlySpan<float> to = pcm.Slice((place + (direction * step)) * _channels, template * _channels);
            float product = power * DotProduct.Of(to, to);
            float alike = product > 0 ? DotProduct.Of(from, to) / MathF.Sqrt(product) : 0;
            if (alike > likeness)
            {
                likeness = alike;
                best = step;
            }
        }

        return best;
    }
}
