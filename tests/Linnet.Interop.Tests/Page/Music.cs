using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Interop.Tests.Page;

/// <summary>
/// Three gliding tones, the same in both channels, computed from the position alone: loud at every moment, without a sharp corner, and
/// no second of it resembles another.
/// </summary>
internal sealed class Music : IAudioSource
{
    /// <summary>Frames per second.</summary>
    public const int Rate = 48_000;

    /// <summary>The sharpest corner: the largest second difference between samples.</summary>
    public const float Corner = 0.0035f;

    private long _position;

    public AudioFormat Format { get; } = new(Rate, 2);

    public int BitDepth => 16;

    public bool IsStored => true;

    /// <summary>One sample of either channel.</summary>
    public static float At(long position)
    {
        double t = position / (double)Rate;
        double low = (220 * t) + (23 * Math.Sin(2 * Math.PI * 0.13 * t)) + (3.1 * Math.Sin((2 * Math.PI * 0.71 * t) + 1));
        double middle = (331 * t) + (31 * Math.Sin((2 * Math.PI * 0.17 * t) + 2)) + (2.3 * Math.Sin((2 * Math.PI * 1.13 * t) + 3));
        double high = (1300 * t) + (97 * Math.Sin((2 * Math.PI * 0.11 * t) + 4));
        return (float)((0.3 * Wave(low)) + (0.15 * Wave(middle)) + (0.08 * Wave(high)));
    }

    /// <summary>Samples from a position on.</summary>
    public static float[] From(long position, int count)
    {
        float[] samples = new float[count];
        for (int i = 0; i < count; i++)
        {
            samples[i] = At(position + i);
        }

        return samples;
    }

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frames = pcm.Length / 2;
        for (int i = 0; i < frames; i++)
        {
            // Sixteen bits, so that lossless renditions hold exactly this.
            pcm[2 * i] = pcm[(2 * i) + 1] = MathF.Round(At(_position++) * 32768) / 32768;
        }

        return new SourceRead(frames);
    }

    private static double Wave(double turns) => Math.Sin(2 * Math.PI * turns);

    public void Dispose()
    {
    }
}
