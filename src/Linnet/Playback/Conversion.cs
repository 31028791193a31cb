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

    private readonly FormatConverter _converter = new(receiver.Format, format);
    private readonly float[] _taken = new float[BlockFrames * receiver.Format.Channels];
    private int _start;
    private int _held;

    /// <summary>Frames taken from the receiver and not yet converted.</summary>
    internal int Held => _held;

    /// <summary>Like <see cref="Receiver.Take"/>, in the other format.</summary>
    internal int Take(Span<float> pcm, long now)
    {
        if (_held == 0)
        {
            int taken = receiver.Take(_taken, now);
            if (taken == Receiver.End)
            {
                int rest = _converter.Flush(pcm);
                return rest > 0 ? rest : Receiver.End;
            }

            _start = 0;
            _held = taken;
        }

        int channels = receiver.Format.Channels;
        _converter.Process(_taken.AsSpan(_start * channels, _held * channels), pcm, out int consumed, out int written);
        _start += consumed;
        _held -= consumed;
        return written;
    }
}
