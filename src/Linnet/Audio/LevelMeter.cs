namespace Linnet.Audio;

/// <summary>Measures how loud recent sound was, per channel.</summary>
/// <remarks>
/// One thread adds sound; any thread may read the levels without a lock. They change eight times per window. Allocates nothing after the
/// constructor.
/// </remarks>
internal sealed class LevelMeter
{
    private const int Parts = 8;

    private readonly int _channels;
    private readonly int _framesPerPart;

    /// <summary>Peak and sum of squares of the last parts, one row per part.</summary>
    private readonly float[] _peaks;
    private readonly double[] _squares;

    /// <summary>What readers see: peak and RMS of a channel packed into one number, so that they always match.</summary>
    private readonly long[] _published;
    private int _part;
    private int _framesInPart;

    /// <summary>Creates a meter that covers the last <paramref name="window"/>.</summary>
    /// <param name="format">The format of the sound to measure.</param>
    /// <param name="window">8 ms – 10 s. 300 ms looks responsive and can still be read.</param>
    public LevelMeter(AudioFormat format, TimeSpan window)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.FromMilliseconds(8));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, TimeSpan.FromSeconds(10));
        _channels = format.Channels;
        _framesPerPart = format.FramesIn(window) / Parts;
        _peaks = new float[Parts * _channels];
        _squares = new double[Parts * _channels];
        _published = new long[_channels];
    }

    /// <summary>Number of channels measured.</summary>
    public int Channels => _channels;

    /// <summary>The loudest level over all channels; peak and RMS may come from different channels.</summary>
    public AudioLevel Loudest
    {
        get
        {
            AudioLevel loudest = default;
            for (int channel = 0; channel < _channels; channel++)
            {
                AudioLevel level = this[channel];
                loudest = new AudioLevel(Math.Max(loudest.Peak, level.Peak), Math.Max(loudest.Rms, level.Rms));
            }

            return loudest;
        }
    }

    /// <summary>The level of one channel.</summary>
    public AudioLevel this[int channel]
    {
        get
        {
            long both = Volatile.Read(ref _published[channel]);
            return new AudioLevel(BitConverter.Int32BitsToSingle((int)(both >> 32)), BitConverter.Int32BitsToSingle((int)both));
        }
    }

    /// <summary>Measures sound.</summary>
    /// <param name="pcm">Whole frames, interleaved. Samples that are not finite count as silence.</param>
    public void Add(ReadOnlySpan<float> pcm)
    {
        while (pcm.Length >= _channels)
        {
            int frames = Math.Min(pcm.Length / _channels, _framesPerPart - _framesInPart);
            Measure(pcm[..(frames * _channels)]);
            pcm = pcm[(frames * _channels)..];
            _framesInPart += frames;
            if (_framesInPart == _framesPerPart)
            {
                Publish();
                _framesInPart = 0;
                _part = (_part + 1) % Parts;
                _peaks.AsSpan(_part * _channels, _channels).Clear();
                _squares.AsSpan(_part * _channels, _channels).Clear();
            }
        }
    }

    private void Measure(ReadOnlySpan<float> pcm)
    {
        for (int channel = 0; channel < _channels; channel++)
        {
            int part = (_part * _channels) + channel;
            float peak = _peaks[part];
            double squares = _squares[part];
            for (int i = channel; i < pcm.Length; i += _channels)
            {
                // A file of floats can hold any value.
                float sample = float.IsFinite(pcm[i]) ? Math.Abs(pcm[i]) : 0;
                peak = Math.Max(peak, sample);
                squares += (double)sample * sample;
            }

            _peaks[part] = peak;
            _squares[part] = squares;
        }
    }

    private void Publish()
    {
        for (int channel = 0; channel < _channels; channel++)
        {
            float peak = 0;
            double squares = 0;
            for (int part = channel; part < _peaks.Length; part += _channels)
            {
                peak = Math.Max(peak, _peaks[part]);
                squares += _squares[part];
            }

            float rms = (float)Math.Sqrt(squares / (Parts * _framesPerPart));
            long both = ((long)BitConverter.SingleToInt32Bits(peak) << 32) | (uint)BitConverter.SingleToInt32Bits(rms);
            Volatile.Write(ref _published[channel], both);
        }
    }
}

/// <summary>A level as amplitudes, full scale 1.</summary>
/// <param name="Peak">The largest sample magnitude.</param>
/// <param name="Rms">Root mean square: 0.707 for a full-scale sine.</param>
public readonly record struct AudioLevel(float Peak, float Rms)
{
    /// <summary>The peak in dBFS, not below −120.</summary>
    public float PeakDbfs => Decibels.FromAmplitude(Peak);

    /// <summary>The RMS in dBFS: −3 for a full-scale sine; not below −120.</summary>
    public float RmsDbfs => Decibels.FromAmplitude(Rms);
}
