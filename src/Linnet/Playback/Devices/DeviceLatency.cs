namespace Linnet.Playback.Devices;

/// <summary>How much sound lies between the callback and the ear.</summary>
internal static class DeviceLatency
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    /// <summary>What is asked for unless told otherwise: little enough to be live, enough for a busy desktop.</summary>
    internal static TimeSpan Default { get; } = TimeSpan.FromMilliseconds(40);

    /// <summary>The default for <see langword="null"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 5 ms and 2 s.</exception>
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
