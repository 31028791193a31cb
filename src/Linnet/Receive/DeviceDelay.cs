namespace Linnet.Receive;

/// <summary>How long a device buffers audio: from the request until the last requested frame plays.</summary>
/// <remarks>
/// This adds to the target delay, because no packet can be late for audio that the device already holds. Devices report it with noise
/// and sometimes wrongly, and some request audio in two portions, of which the second counts. So the value is the upper quartile of the
/// last calls, and changes only when the quartile clearly has.
/// </remarks>
internal sealed class DeviceDelay(long ticksPerSecond)
{
    private const int Window = 15;
    private const int HysteresisMs = 3;

    private readonly long[] _last = new long[Window];
    private int _count;
    private long _ticks;

    /// <summary>The delay in ticks.</summary>
    internal long Ticks => Volatile.Read(ref _ticks);

    /// <summary>Records one call.</summary>
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

        // Keep the counter from overflowing after years.
        _count = _count == 2 * Window ? Window : _count;
    }
}
