using Linnet.Clock;

namespace Linnet.Broadcast;

/// <summary>
/// Counts the packets that are due by the clock, even while none arrive because an encoder is late or a source has run dry. Pure: the
/// caller passes the time.
/// </summary>
/// <remarks>
/// A late packet was counted when it was due, and is not counted again. So the counts of due and sent packets end up equal, unless audio is
/// missing.
/// </remarks>
/// <param name="ticksPerSecond">Frequency of the ticks.</param>
internal sealed class DueClock(long ticksPerSecond)
{
    /// <summary>
    /// A packet that is later than this counts as missing until it arrives. Captured audio arrives in blocks, so a shorter delay is normal.
    /// </summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How far packets may run ahead of the clock in a row: packets that start with a lead, or come from a clock that is slightly fast.
    /// </summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromMilliseconds(250);

    /// <summary>How often to check while packets are missing.</summary>
    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(100);

    private const long Unknown = long.MinValue;
    private const long Ended = long.MaxValue;

    private readonly long _tolerance = Tolerance.InTicks(ticksPerSecond);
    private readonly long _mostAhead = MostAhead.InTicks(ticksPerSecond);
    private readonly long _lookTime = LookTime.InTicks(ticksPerSecond);
    private long _until = Unknown;
    private long _packetTime = 1;
    private long _owed;

    /// <summary>Packets that were counted as due but have not arrived yet.</summary>
    internal long Owed => _owed;

    /// <summary>The latest time to call <see cref="Pass"/>, in ticks.</summary>
    internal long LookAt => _until is Unknown or Ended ? long.MaxValue : _until + _tolerance + _lookTime;

    /// <summary>Starts counting at an instant, for a running rendition.</summary>
    internal void StartAt(long instant, long packetTime) => (_until, _packetTime) = (instant, Math.Max(1, packetTime));

    /// <summary>Stops counting: no packets follow.</summary>
    internal void End() => _until = Ended;

    /// <summary>Counts the next packet, which is due.</summary>
    /// <param name="dueAt">When it was due, in ticks.</param>
    /// <param name="packetTime">Duration of the packet, in ticks.</param>
    /// <returns>How many packets this makes due. It includes missing packets before this one, and excludes this one if it was already
    /// counted.</returns>
    internal long Take(long dueAt, long packetTime)
    {
        if (_until is Unknown or Ended)
        {
            // The first packet ever, or of another run.
            StartAt(dueAt, packetTime);
            _owed = 0;
        }

        long missing = Pass(dueAt);
        _packetTime = packetTime > 0 ? packetTime : _packetTime;
        if (_owed > 0 && dueAt < _until - (_packetTime / 2))
        {
            _owed--;
            return missing;
        }

        _owed = 0;
        _until = Math.Min(Math.Max(_until, dueAt) + packetTime, dueAt + _packetTime + _mostAhead);
        return missing + 1;
    }

    /// <summary>Advances the time while no packet arrives.</summary>
    /// <returns>How many packets became due and are missing.</returns>
    internal long Pass(long now)
    {
        if (_until is Unknown or Ended || now - _until < _tolerance)
        {
            return 0;
        }

        long missing = ((now - _until) / _packetTime) + 1;
        _until += missing * _packetTime;
        _owed += missing;
        return missing;
    }
}
