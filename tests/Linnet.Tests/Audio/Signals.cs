namespace Linnet.Tests.Audio;

/// <summary>Test signals, and measurements on them.</summary>
internal static class Signals
{
    /// <summary>A sine in every channel.</summary>
    internal static float[] Sine(double frequency, int sampleRate, int frames, int channels = 1, double amplitude = 0.5, double phase = 0)
    {
        float[] pcm = new float[frames * channels];
        for (int frame = 0; frame < frames; frame++)
        {
            float sample = (float)(amplitude * Math.Sin((2 * Math.PI * frequency * frame / sampleRate) + phase));
            pcm.AsSpan(frame * channels, channels).Fill(sample);
        }

        return pcm;
    }

    /// <summary>White noise; the same seed gives the same noise.</summary>
    internal static float[] Noise(int samples, int seed = 1, float amplitude = 0.5f)
    {
        var random = new Random(seed);
        float[] pcm = new float[samples];
        for (int i = 0; i < samples; i++)
        {
            pcm[i] = amplitude * ((2 * random.NextSingle()) - 1);
        }

        return pcm;
    }

    /// <summary>One channel of interleaved sound.</summary>
    internal static float[] Channel(ReadOnlySpan<float> pcm, int channel, int channels)
    {
        float[] one = new float[pcm.Length / channels];
        for (int frame = 0; frame < one.Length; frame++)
        {
            one[frame] = pcm[(frame * channels) + channel];
        }

        return one;
    }

    /// <summary>The greatest step between neighbouring samples.</summary>
    internal static float GreatestStep(ReadOnlySpan<float> pcm)
    {
        float greatest = 0;
        for (int i = 1; i < pcm.Length; i++)
        {
            greatest = Math.Max(greatest, Math.Abs(pcm[i] - pcm[i - 1]));
        }

        return greatest;
    }

    /// <summary>The greatest change of slope from one step to the next.</summary>
    internal static float GreatestBend(ReadOnlySpan<float> pcm)
    {
        float greatest = 0;
        for (int i = 2; i < pcm.Length; i++)
        {
            greatest = Math.Max(greatest, Math.Abs(pcm[i] - (2 * pcm[i - 1]) + pcm[i - 2]));
        }

        return greatest;
    }

    internal static double Rms(ReadOnlySpan<float> pcm)
    {
        double sum = 0;
        foreach (float sample in pcm)
        {
            sum += (double)sample * sample;
        }

        return Math.Sqrt(sum / Math.Max(pcm.Length, 1));
    }

    /// <summary>Normalised correlation of two sounds: 1 if they differ only by a gain.</summary>
    internal static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
        }

        return product / (Rms(a) * Rms(b) * a.Length);
    }

    internal static int IndexOfPeak(ReadOnlySpan<float> pcm)
    {
        int peak = 0;
        for (int i = 1; i < pcm.Length; i++)
        {
            if (Math.Abs(pcm[i]) > Math.Abs(pcm[peak]))
            {
                peak = i;
            }
        }

        return peak;
    }
}
