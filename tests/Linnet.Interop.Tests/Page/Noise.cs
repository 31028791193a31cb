using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Interop.Tests.Page;

/// <summary>Noise of 16 bits at 44.1 kHz, computed from the position alone, different in each channel.</summary>
internal sealed class Noise : IAudioSource
{
    /// <summary>Frames per second.</summary>
    public const int Rate = 44_100;

    private long _position;

    public AudioFormat Format { get; } = new(Rate, 2);

    public int BitDepth => 16;

    public bool IsStored => true;

    /// <summary>One sample, full scale ±1 as everywhere.</summary>
    public static float At(long position, int channel)
    {
        // The last step of SplitMix64.
        ulong x = (ulong)((2 * position) + channel + 1) * 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (short)(x >> 48) / 32768f;
    }

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frames = pcm.Length / 2;
        for (int i = 0; i < frames; i++, _position++)
        {
            pcm[2 * i] = At(_position, 0);
            pcm[(2 * i) + 1] = At(_position, 1);
        }

        return new SourceRead(frames);
    }

    public void Dispose()
    {
    }
}
