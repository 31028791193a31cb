namespace Linnet.Audio;

/// <summary>Turns frames of one number of channels into frames of another, 1–8 each, channels in WAV order.</summary>
/// <remarks>
/// Downmix after ITU-R BS.775-4 annex 4: centre and surrounds at −3 dB into the fronts, the low-frequency channel dropped, and all
/// scaled by one factor so that full scale everywhere cannot clip. Mono goes unchanged to both fronts, or to the centre
/// where there is one. Channels that the target lacks move to the nearest it has; those that the source lacks are silent. The
/// same number is a copy, bit for bit. Allocates nothing after the constructor.
/// </remarks>
public sealed class ChannelMap
{
    private const float Minus3Db = 0.70710678f;

    /// <summary>The speakers of 1–8 channels as WAV orders them.</summary>
    private static readonly Speaker[][] Layouts =
    [
        [Speaker.Centre],
        [Speaker.Left, Speaker.Right],
        [Speaker.Left, Speaker.Right, Speaker.Centre],
        [Speaker.Left, Speaker.Right, Speaker.BackLeft, Speaker.BackRight],
        [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.BackLeft, Speaker.BackRight],
        [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.BackLeft, Speaker.BackRight],
        [Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency, Speaker.BackCentre, Speaker.SideLeft, Speaker.SideRight],
        [
            Speaker.Left, Speaker.Right, Speaker.Centre, Speaker.LowFrequency,
            Speaker.BackLeft, Speaker.BackRight, Speaker.SideLeft, Speaker.SideRight,
        ],
    ];

    /// <summary>One row per target channel, one column per source channel.</summary>
    private readonly float[] _weights;

    /// <summary>A map between two numbers of channels.</summary>
    /// <param name="from">Channels of the source, 1–8.</param>
    /// <param name="to">Channels of the target, 1–8.</param>
    public ChannelMap(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, AudioFormat.MaxChannels);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, AudioFormat.MaxChannels);

        From = from;
        To = to;
        _weights = new float[to * from];
        for (int channel = 0; channel < from; channel++)
        {
            Place(channel, Layouts[from - 1][channel], 1);
        }

        KeepFromClipping();
    }

    private enum Speaker
    {
        Left,
        Right,
        Centre,
        LowFrequency,
        BackLeft,
        BackRight,
        BackCentre,
        SideLeft,
        SideRight,
    }

    /// <summary>Channels of the source.</summary>
    public int From { get; }

    /// <summary>Channels of the target.</summary>
    public int To { get; }

    /// <summary>Whether frames pass unchanged.</summary>
    public bool IsIdentity => From == To;

    /// <summary>How much of source channel <paramref name="from"/> is in target channel <paramref name="to"/>.</summary>
    public float Weight(int from, int to) => _weights[(to * From) + from];

    /// <summary>Maps frames.</summary>
    /// <param name="source">Whole frames of <see cref="From"/> channels.</param>
    /// <param name="target">Room for as many frames of <see cref="To"/> channels; not the same memory.</param>
    /// <returns>Frames mapped.</returns>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not whole frames, or <paramref name="target"/> is too short.</exception>
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

    /// <summary>Sends a source channel to the speaker it is meant for, or to those next to it.</summary>
    private void Place(int channel, Speaker speaker, float weight)
    {
        int target = Array.IndexOf(Layouts[To - 1], speaker);
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
                // Mono is not one speaker of several: both fronts play it as it is.
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
            default:
                // The low-frequency channel: BS.775 leaves it out, as its level is not known.
                break;
        }
    }

    private void PlaceSurround(int channel, Speaker otherSurround, Speaker front, float weight)
    {
        bool hasOther = Array.IndexOf(Layouts[To - 1], otherSurround) >= 0;
        Place(channel, hasOther ? otherSurround : front, hasOther ? weight : weight * Minus3Db);
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
