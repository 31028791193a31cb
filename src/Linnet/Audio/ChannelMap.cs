namespace Linnet.Audio;

/// <summary>Converts frames from one number of channels to another, 1–8 each, with channels in WAV order.</summary>
/// <remarks>
/// Downmix after ITU-R BS.775-4 annex 4: centre and surrounds go into the fronts at −3 dB, the low-frequency channel is dropped, and one
/// factor scales everything so that full scale on all channels cannot clip. Mono goes unchanged to both fronts, or to the centre if there
/// is one. A channel that the target lacks goes to the nearest one it has; a channel that the source lacks is silent. Equal numbers of
/// channels are copied bit for bit. Allocates nothing after the constructor.
/// </remarks>
internal sealed class ChannelMap
{
    private const float Minus3Db = 0.70710678f;

    /// <summary>One row per target channel, one column per source channel.</summary>
    private readonly float[] _weights;

    /// <summary>Creates a map between two numbers of channels.</summary>
    /// <param name="from">Channels of the source, 1–8.</param>
    /// <param name="to">Channels of the target, 1–8.</param>
    public ChannelMap(int from, int to)
        : this(UsualSpeakers.Of(Checked(from, nameof(from))), to)
    {
    }

    /// <summary>Creates a map from channels for the given speakers, 1–8 and each once, to the usual layout.</summary>
    internal ChannelMap(ReadOnlySpan<Speaker> from, int to)
    {
        From = from.Length;
        To = Checked(to, nameof(to));
        _weights = new float[To * From];
        for (int channel = 0; channel < From; channel++)
        {
            Place(channel, from[channel], 1);
        }

        Places = Enumerable.Range(0, From).Count(channel => IsPlaced(channel));
        IsIdentity = From == To && Places == From && Enumerable.Range(0, From).All(channel => Weight(channel, channel) == 1);
        KeepFromClipping();
    }

    /// <summary>Channels of the source.</summary>
    public int From { get; }

    /// <summary>Channels of the target.</summary>
    public int To { get; }

    /// <summary>Whether frames pass through unchanged.</summary>
    public bool IsIdentity { get; }

    /// <summary>Number of source channels that go unchanged to a target channel that gets nothing else.</summary>
    internal int Places { get; }

    /// <summary>The gain from source channel <paramref name="from"/> to target channel <paramref name="to"/>.</summary>
    public float Weight(int from, int to) => _weights[(to * From) + from];

    /// <summary>Maps frames.</summary>
    /// <param name="source">Whole frames of <see cref="From"/> channels.</param>
    /// <param name="target">Room for the same number of frames of <see cref="To"/> channels; must not overlap
    /// <paramref name="source"/>.</param>
    /// <returns>Frames mapped.</returns>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not whole frames, or <paramref name="target"/> is too
    /// short.</exception>
    public int Apply(ReadOnlySpan<float> source, Span<float> target)
    {
        (int frames, int rest) = Math.DivRem(source.Length, From);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rest, 0, nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, frames * To, nameof(target));
        if (IsIdentity)
        {
            source.CopyTo(target);
            return frames;
        }

        for (int frame = 0; frame < frames; frame++)
        {
            ReadOnlySpan<float> from = source.Slice(frame * From, From);
            Span<float> to = target.Slice(frame * To, To);
            for (int channel = 0; channel < to.Length; channel++)
            {
                float sum = 0;
                ReadOnlySpan<float> weights = _weights.AsSpan(channel * From, from.Length);
                for (int i = 0; i < from.Length; i++)
                {
                    sum += weights[i] * from[i];
                }

                to[channel] = sum;
            }
        }

        return frames;
    }

    /// <summary>Sends a source channel to its speaker, or to the neighbours of that speaker.</summary>
    private void Place(int channel, Speaker speaker, float weight)
    {
        int target = UsualSpeakers.Of(To).IndexOf(speaker);
        if (target >= 0)
        {
            _weights[(target * From) + channel] += weight;
            return;
        }

        switch (speaker)
        {
            case Speaker.Left or Speaker.Right:
                Place(channel, Speaker.Centre, weight * Minus3Db);
                break;
            case Speaker.Centre:
                // Mono is not one speaker among several: both fronts play it unchanged.
                float each = From == 1 ? weight : weight * Minus3Db;
                Place(channel, Speaker.Left, each);
                Place(channel, Speaker.Right, each);
                break;
            case Speaker.BackCentre:
                Place(channel, Speaker.BackLeft, weight * Minus3Db);
                Place(channel, Speaker.BackRight, weight * Minus3Db);
                break;
            case Speaker.BackLeft:
                PlaceSurround(channel, Speaker.SideLeft, Speaker.Left, weight);
                break;
            case Speaker.BackRight:
                PlaceSurround(channel, Speaker.SideRight, Speaker.Right, weight);
                break;
            case Speaker.SideLeft:
                PlaceSurround(channel, Speaker.BackLeft, Speaker.Left, weight);
                break;
            case Speaker.SideRight:
                PlaceSurround(channel, Speaker.BackRight, Speaker.Right, weight);
                break;
            case Speaker.LeftOfCentre or Speaker.TopFrontLeft:
                Place(channel, Speaker.Left, weight);
                break;
            case Speaker.RightOfCentre or Speaker.TopFrontRight:
                Place(channel, Speaker.Right, weight);
                break;
            case Speaker.TopFrontCentre:
                Place(channel, Speaker.Centre, weight);
                break;
            case Speaker.TopBackLeft:
                Place(channel, Speaker.BackLeft, weight);
                break;
            case Speaker.TopBackRight:
                Place(channel, Speaker.BackRight, weight);
                break;
            case Speaker.TopBackCentre:
                Place(channel, Speaker.BackCentre, weight);
                break;
            case Speaker.TopCentre:
                Place(channel, Speaker.Left, weight * Minus3Db);
                Place(channel, Speaker.Right, weight * Minus3Db);
                break;
            default:
                // BS.775 leaves out the low-frequency channel, because its level is not known.
                break;
        }
    }

    private void PlaceSurround(int channel, Speaker otherSurround, Speaker front, float weight)
    {
        bool hasOther = UsualSpeakers.Of(To).IndexOf(otherSurround) >= 0;
        Place(channel, hasOther ? otherSurround : front, hasOther ? weight : weight * Minus3Db);
    }

    /// <summary>Whether a source channel goes unchanged to one target channel that gets nothing else.</summary>
    private bool IsPlaced(int channel)
    {
        int[] targets = [.. Enumerable.Range(0, To).Where(target => Weight(channel, target) != 0)];
        return targets is [int only] && Weight(channel, only) == 1
            && Enumerable.Range(0, From).Count(source => Weight(source, only) != 0) == 1;
    }

    private static int Checked(int channels, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, AudioFormat.MaxChannels, name);
        return channels;
    }

    private void KeepFromClipping()
    {
        float loudest = 1;
        for (int channel = 0; channel < To; channel++)
        {
            float sum = 0;
            foreach (float weight in _weights.AsSpan(channel * From, From))
            {
                sum += weight;
            }

            loudest = Math.Max(loudest, sum);
        }

        foreach (ref float weight in _weights.AsSpan())
        {
            weight /= loudest;
        }
    }
}
