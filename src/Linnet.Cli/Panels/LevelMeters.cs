namespace Linnet.Cli.Panels;

/// <summary>The moving level meters of one player or station: one per channel.</summary>
internal sealed class LevelMeters
{
    private Ballistics[] _channels = [];

    /// <summary>Moves the meters. If the number of channels changes, all start again.</summary>
    /// <param name="peaks">The highest peak of each channel since the last call, in dBFS; −∞ for silence.</param>
    /// <param name="now">The time since any fixed start.</param>
    public IReadOnlyList<MeterLevel> Move(IReadOnlyList<double> peaks, TimeSpan now)
    {
        if (_channels.Length != peaks.Count)
        {
            _channels = [.. peaks.Select(static _ => new Ballistics())];
        }

        return [.. _channels.Zip(peaks, (channel, peak) => channel.Move(peak, now))];
    }
}
