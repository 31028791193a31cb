using Linnet.Audio;
using Linnet.Broadcast;

namespace Linnet.Relay.Filling;

/// <summary>
/// Silence in an encoding whose packets hold samples. It begins at the last sample before it and ends at the first one after it, with a
/// short ramp each: a step would be heard as a click.
/// </summary>
/// <param name="format">The format of the samples.</param>
/// <param name="start">Position where the silence begins.</param>
/// <param name="before">The last sample of each channel before it.</param>
internal abstract class SampledSilence(AudioFormat format, long start, float[] before) : Silence
{
    private static readonly TimeSpan RampTime = TimeSpan.FromMilliseconds(5);

    private readonly int _ramp = format.FramesIn(RampTime);
    private PacketItem? _next;
    private float[] _after = [];

    /// <summary>The samples of a packet; empty if all are 0.</summary>
    private protected ReadOnlySpan<float> Samples(long position, int frames, PacketItem? next)
    {
        if (position >= start + _ramp && (next is null || next.Position > position + frames + _ramp))
        {
            return [];
        }

        if (next is not null && next != _next)
        {
            _after = FirstSamples(next);
            _next = next;
        }

        float[] samples = new float[frames * format.Channels];
        for (int i = 0; i < frames; i++)
        {
            float falls = Share(position + i - start);
            float rises = next is null ? 0 : Share(next.Position - position - i - 1);
            for (int channel = 0; channel < format.Channels; channel++)
            {
                samples[(i * format.Channels) + channel] = (falls * before[channel]) + (rises == 0 ? 0 : rises * _after[channel]);
            }
        }

        return samples;
    }

    /// <summary>Decodes the first sample of each channel of a packet.</summary>
    private protected abstract float[] FirstSamples(PacketItem packet);

    // Half a cosine: from 1, before the first frame, to 0.
    private float Share(long distance) =>
        distance >= _ramp ? 0 : 0.5f + (0.5f * MathF.Cos(MathF.PI * (distance + 1) / (_ramp + 1)));
}
