using Linnet.Clock;

namespace Linnet.Playback.Devices;

/// <summary>
/// Says when each frame given to a device will be heard. What a device measures is right on average but jitters by a millisecond or more,
/// so its measurements only steer a timeline that runs by the frames; where the device has stumbled (ran out, was moved), it starts anew.
/// </summary>
/// <param name="sampleRate">Frames per second.</param>
/// <param name="ticksPerSecond">Of the instants.</param>
internal sealed class HeardClock(int sampleRate, long ticksPerSecond)
{
    /// <summary>A difference that is no jitter any more: 20 ms.</summary>
    private readonly long _stumble = ticksPerSecond / 50;

    /// <summary>Over how many measurements it averages: about a third of a second of 10 ms blocks.</summary>
    private const int Window = 32;

    private MediaTimeline _timeline = new(0, sampleRate, ticksPerSecond);
    private long _position;
    private int _measurements;

    /// <summary>When the next frame will be heard.</summary>
    internal long HeardAt => _timeline.DueAt(_position);

    /// <summary>Takes into account that the device says the next frame will be heard at <paramref name="instant"/>.</summary>
    internal void Observe(long instant)
    {
        long error = instant - HeardAt;
        if (_measurements == 0 || Math.Abs(error) > _stumble)
        {
            _measurements = 1;
            _timeline = _timeline with { Epoch = _timeline.Epoch + error };
            return;
        }

        _measurements = Math.Min(_measurements + 1, Window);
        _timeline = _timeline with { Epoch = _timeline.Epoch + (error / _measurements) };
    }

    /// <summary>So many frames were given.</summary>
    internal void Advance(int frames) => _position += frames;
}
