namespace Linnet.Playback.Devices;

/// <summary>
/// Waits until a device plays at its rate. Some devices begin slower, such as those over Bluetooth, and sound that is given to them
/// meanwhile is heard late and then too fast.
/// </summary>
/// <param name="sampleRate">Frames per second.</param>
/// <param name="ticksPerSecond">Ticks per second of the instants.</param>
internal sealed class SteadyStart(int sampleRate, long ticksPerSecond)
{
    // Ten periods of an ordinary device, and half of one: positions often move by whole periods.
    private readonly long _window = ticksPerSecond / 10;
    private readonly long _tolerance = ticksPerSecond / 200;

    private long? _since;
    private long _frames;

    /// <summary>Whether it has played at its rate for a moment. Stays so.</summary>
    internal bool IsSteady { get; private set; }

    /// <summary>Adds an observation.</summary>
    /// <param name="instant">When it was made.</param>
    /// <param name="frames">Frames heard until then, since the start.</param>
    /// <returns><see cref="IsSteady"/>.</returns>
    internal bool Observe(long instant, long frames)
    {
        if (_since is long since && instant - since >= _window)
        {
            long played = (long)((Int128)(frames - _frames) * ticksPerSecond / sampleRate);
            IsSteady |= Math.Abs(played - (instant - since)) <= _tolerance;
            _since = null;
        }

        if (_since is null)
        {
            (_since, _frames) = (instant, frames);
        }

        return IsSteady;
    }
}
