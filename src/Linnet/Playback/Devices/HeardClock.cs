using Linnet.Clock;

namespace Linnet.Playback.Devices;

/// <summary>
/// Predicts when each frame given to a device will be played. A device's measurements are right on average but jitter by a millisecond
/// or more, so they only steer a timeline that counts frames. If the device stumbles (it ran out of audio, or was moved), the timeline
/// restarts.
/// </summary>
/// <param name="sampleRate">Frames per second.</param>
/// <param name="ticksPerSecond">Ticks per second of the instants.</param>
internal sealed class HeardClock(int sampleRate, long ticksPerSecond)
{
    /// <summary>A difference too large for jitter: 20 ms.</summary>
    private readonly long _stumble = ticksPerSecond / 50;

    /// <summary>The number of measurements to average: about a third of a second of 10 ms blocks.</summary>
    private const int Window = 32;

    private MediaTimeline _timeline = new(0, sampleRate, ticksPerSecond);
    private long _position;
    private int _measurements;

    /// <summary>When the next frame will be played.</summary>
    internal long HeardAt => _timeline.DueAt(_position);

    /// <summary>Adjusts to a measurement: the device reports that the next frame will be played at <paramref name="instant"/>.</summary>
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

    /// <summary>Counts frames given to the device.</summary>
    internal void Advance(int frames) => _position += frames;
}
