using Linnet.Audio;
using Linnet.Receive;

namespace Linnet.Playback;

/// <summary>
/// Converts a receiver's audio to a file's channels and rate: a file cannot change its format midway, but a station that restarts can.
/// Every frame goes in once, so the length is exact. Used by the device's thread; allocates nothing after construction.
/// </summary>
internal sealed class Conversion(Receiver receiver, AudioFormat format)
{
    private const int BlockFrames = 1024;

    private readonly ChannelMap _channels = new(receiver.Format.Channels, format.Channels);
    private readonly Resampler _resampler = new(receiver.Format.SampleRate, format.SampleRate, format.Channels);
    private readonly float[] _taken = new float[BlockFrames * receiver.Format.Channels];
    private readonly float[] _mapped = new float[BlockFrames * format.Channels];
    private int _start;
    private int _held;

    /// <summary>Like <see cref="Receiver.Take"/>, in the other format.</summary>
    internal int Take(Span<float> pcm, long now)
    {
        if (_held == 0)
        {
            int taken = receiver.Take(_taken, now);
            if (taken == Receiver.End)
            {
                int rest = _resampler.Flush(pcm);
                return rest > 0 ? rest : Receiver.End;
            }

            _channels.Apply(_taken.AsSpan(0, taken * receiver.Format.Channels), _mapped);
            _start = 0;
            _held = taken;
        }

        _resampler.Process(_mapped.AsSpan(_start * format.Channels, _held * format.Channels), pcm, out int consumed, out int written);
        _start += consumed;
        _held -= consumed;
        return written;
    }
}
