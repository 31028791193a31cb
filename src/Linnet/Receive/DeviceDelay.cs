namespace Linnet.Receive;

/// <summary>How long a device holds what it is given: from asking until the last frame asked for is heard.</summary>
/// <remarks>
/// It counts on top of the target delay, because what a device holds no packet can be late for. Devices tell it with some noise, now
/// and then wrongly, and some ask in two portions, of which the second counts: so it is the upper quartile of the last calls, and
/// stays until that has clearly changed.
/// </remarks>
internal sealed class DeviceDelay(long ticksPerSecond)
{
    private const int Window = 15;
    private const int HysteresisMs = 3;

    private readonly long[] _last = new long[Window];
    private int _count;
    private long _ticks;

    /// <summary>In ticks.</summary>
    internal long Ticks => Volatile.Read(ref _ticks);

    /// <summary>Takes one call into account.</summary>
    internal void Observe(long ticks)
    {
        _last[_count++ % Window] = ticks;
        Span<long> sorted = stackalloc long[Window];
        sorted = sorted[..Math.Min(_count, Window)];
        _last.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();

        long quartile = sorted[(sorted.Length - 1) * 3 / 4];
        if (_count == 1 || Math.Abs(quartile - _ticks) > HysteresisMs * ticksPerSecond / 1000)
        {
            Volatile.Write(ref _ticks, quartile);
        }

        // The counter may run for years.
        _count = _count == 2 * Window ? Window : _count;
    }
}
