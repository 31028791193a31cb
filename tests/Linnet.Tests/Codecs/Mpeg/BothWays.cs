using Linnet.Codecs.Streams;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Codecs.Mpeg;

/// <summary>Decodes the same bytes with a C library and without, and compares.</summary>
internal static class BothWays
{
    /// <summary>Asserts equal lengths, and a difference far below what can be heard.</summary>
    internal static void AssertSame(float[] native, float[] managed, double mostDecibels = -100)
    {
        Assert.Equal(native.Length, managed.Length);
        Assert.Contains(native, static sample => MathF.Abs(sample) > 0.001f);
        Assert.InRange(Difference(native, managed), double.NegativeInfinity, mostDecibels);
    }

    /// <summary>The difference's power relative to the first sound's, in decibels.</summary>
    internal static double Difference(ReadOnlySpan<float> native, ReadOnlySpan<float> managed)
    {
        double sound = 0, difference = 0;
        for (int i = 0; i < native.Length; i++)
        {
            sound += native[i] * (double)native[i];
            difference += (native[i] - managed[i]) * (double)(native[i] - managed[i]);
        }

        return difference == 0 ? double.NegativeInfinity : 10 * Math.Log10(difference / sound);
    }

    /// <summary>A sweep with bursts of noise in it, in which encoders switch to short blocks; each channel differs.</summary>
    internal static float[] Lively(int rate, int frames, int channels)
    {
        var random = new Random(1);
        float[] pcm = new float[frames * channels];
        for (int i = 0; i < pcm.Length; i++)
        {
            (int at, int channel) = Math.DivRem(i, channels);
            float time = (float)at / rate;
            bool isBurst = (at + (channel * 700)) % (rate / 5) < rate / 100;
            pcm[i] = (0.3f * MathF.Sin(2 * MathF.PI * (200 + (400 * (channel + 1) * time)) * time))
                + (random.NextSingle() - 0.5f) * (isBurst ? 0.9f : 0.02f);
        }

        return pcm;
    }

    /// <summary>All that a decoder gives.</summary>
    internal static float[] Decode(IStreamDecoder decoder, byte[] stream)
    {
        using (decoder)
        {
            var sink = new HeardSound();
            for (int i = 0; i < stream.Length; i += 1000)
            {
                decoder.Write(stream.AsSpan(i, Math.Min(1000, stream.Length - i)), sink);
            }

            decoder.Complete(sink);
            Assert.Null(decoder.Problem);
            return [.. sink.Pcm];
        }
    }
}
