namespace Linnet.Cli.Panels;

/// <summary>
/// The movement of a level meter: it rises at once and falls steadily, while the highest peak stays for a moment. For one channel.
/// </summary>
internal sealed class Ballistics
{
    /// <summary>The level shown for silence, in dBFS.</summary>
    public const double Floor = -60;

    private const double FallPerSecond = 24; // dB; about the rate of PPM meters
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1.5);
    private double _level = Floor;
    private double _peak = Floor;
    private TimeSpan _peakAt;
    private TimeSpan _last;

    /// <summary>Records the highest peak since the last call.</summary>
    /// <param name="peak">dBFS; −∞ for silence.</param>
    /// <param name="now">The time since any fixed start.</param>
    public MeterLevel Move(double peak, TimeSpan now)
    {
        double fall = FallPerSecond * Math.Max(0, (now - _last).TotalSeconds);
        _last = now;
        _level = Math.Max(Math.Max(peak, _level - fall), Floor);
        if (_level >= _peak)
        {
            (_peak, _peakAt) = (_level, now);
        }
        else if (now - _peakAt > Hold)
        {
            _peak = Math.Max(_peak - fall, _level);
        }

        return new MeterLevel(_level, _peak);
    }
}

/// <summary>The levels shown by one channel's meter, in dBFS, at least <see cref="Ballistics.Floor"/>.</summary>
/// <param name="Level">The end of the bar.</param>
/// <param name="Peak">The held peak mark.</param>
internal readonly record struct MeterLevel(double Level, double Peak);
