using Linnet.Playback;

namespace Linnet.Tests.Playback.Devices;

/// <summary>Returns given samples, a few frames at a time, like a callback.</summary>
internal sealed class Sound(float[] samples, int channels)
{
    private int _at;
    private int _calls;

    internal static Sound Of(int[] integers, int bitDepth, int channels) =>
        new([.. integers.Select(i => i / (float)(1L << (bitDepth - 1)))], channels);

    internal int Give(Span<float> pcm, long heardAt)
    {
        if (_at == samples.Length)
        {
            return AudioDevice.End;
        }

        // 0 frames, then 1, 2 … as packets arrive: sometimes none, never in equal parts.
        int frames = Math.Min(_calls++ % 97, Math.Min(pcm.Length, samples.Length - _at) / channels);
        samples.AsSpan(_at, frames * channels).CopyTo(pcm);
        _at += frames * channels;
        return frames;
    }
}
