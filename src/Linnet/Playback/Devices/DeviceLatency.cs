namespace Linnet.Playback.Devices;

/// <summary>The delay between the callback and playback.</summary>
internal static class DeviceLatency
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    /// <summary>The default: short enough for live use, long enough for a busy desktop.</summary>
    internal static TimeSpan Default { get; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Validates a latency; returns the default for <see langword="null"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The latency is not between 5 ms and 2 s.</exception>
    internal static TimeSpan Checked(TimeSpan? latency)
    {
        if (latency is not { } wanted)
        {
            return Default;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, Least, nameof(latency));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, Most, nameof(latency));
        return wanted;
    }
}
