using System.Numerics;

namespace Linnet.Audio;

/// <summary>Makes sound louder or softer without clicks, by ramping to a new gain.</summary>
/// <remarks>
/// One thread applies the gain; any thread may set <see cref="Target"/> without a lock. At a gain of 1 the sound passes bit for bit.
/// Allocates nothing.
/// </remarks>
internal sealed class Gain
{
    /// <summary>The highest gain: +18 dB.</summary>
    public const float Max = 8;

    /// <summary>Duration of a ramp from silence to 1; short enough to seem immediate.</summary>
    private const float RampSeconds = 0.02f;

    private readonly int _channels;
    private readonly float _step;
    private float _target;
    private float _current;

    /// <summary>Creates a gain for sound of <paramref name="format"/> that starts at <paramref name="initial"/>.</summary>
    public Gain(AudioFormat format, float initial = 1)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        _channels = format.Channels;
        _step = 1 / (RampSeconds * format.SampleRate);
        Target = initial;
        _current = initial;
    }

    /// <summary>The factor that the gain moves to, from 0 (mute) to <see cref="Max"/>.</summary>
    public float Target
    {
        get => Volatile.Read(ref _target);
        set
        {
            if (!(value is >= 0 and <= Max))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"Must be between 0 and {Max}.");
            }

            Volatile.Write(ref _target, value);
        }
    }

    /// <summary>Applies the gain in place.</summary>
    /// <param name="pcm">Whole frames, interleaved.</param>
    public void Apply(Span<float> pcm)
    {
        float target = Target;
        int i = 0;
        for (; _current != target && i + _channels <= pcm.Length; i += _channels)
        {
            _current += Math.Clamp(target - _current, -_step, _step);
            foreach (ref float sample in pcm.Slice(i, _channels))
            {
                sample *= _current;
            }
        }

        if (_current != 1)
        {
            Scale(pcm[i..], _current);
        }
    }

    private static void Scale(Span<float> pcm, float factor)
    {
        int i = 0;
        for (; i <= pcm.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(pcm[i..]) * factor).CopyTo(pcm[i..]);
        }

        for (; i < pcm.Length; i++)
        {
            pcm[i] *= factor;
        }
    }
}
