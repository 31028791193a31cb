namespace Linnet.Broadcast;

/// <summary>
/// Counts the packets that are due by the clock: also while none come, because an encoder is late or a source has run dry. Pure: the caller
/// brings the clock.
/// </summary>
/// <remarks>
/// A packet that comes late was counted when it should have been there, and is not counted again; so what is due and what is sent are the
/// same in the end, unless sound is missing.
/// </remarks>
/// <param name="ticksPerSecond">Frequency of the ticks.</param>
internal sealed class DueClock(long ticksPerSecond)
{
    /// <summary>
    /// What comes later than this is missed until it is there. What is captured comes in pieces, so that less is no miss.
    /// </summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// By how much packets may come ahead of the clock in a row: those that start with a lead, or of a clock that is a little fast.
    /// </summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromMilliseconds(250);

    /// <summary>How often to look while packets are missing.</summary>
    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(100);

    private const long Unknown = long.MinValue;
    private const long Ended = long.MaxValue;

    private readonly long _tolerance = (long)(Tolerance.TotalSeconds * ticksPerSecond);
    private readonly long _mostAhead = (long)(MostAhead.TotalSeconds * ticksPerSecond);
    private readonly long _lookTime = (long)(LookTime.TotalSeconds * ticksPerSecond);
    private long _until = Unknown;
    private long _packetTime = 1;
    private long _owed;

    /// <summary>Packets that were counted and have not come yet.</summary>
    internal long Owed => _owed;

    /// <summary>When to call <see cref="Pass"/> at the latest, in ticks.</summary>
    internal long LookAt => _until is Unknown or Ended ? long.MaxValue : _until + _tolerance + _lookTime;

    /// <summary>Begins to count at an instant, for a rendition that runs.</summary>
    internal void StartAt(long instant, long packetTime) => (_until, _packetTime) = (instant, Math.Max(1, packetTime));

    /// <summary>Nothing follows.</summary>
    internal void End() => _until = Ended;

    /// <summary>Takes the next packet, which is due.</summary>
    /// <param name="dueAt">When it was due, in ticks.</param>
    /// <param name="packetTime">How long it lasts, in ticks.</param>
    /// <returns>How many packets have become due by that: those that are missing before it too, and not it if it was counted
    /// already.</returns>
    internal long Take(long dueAt, long packetTime)
    {
        if (_until is Unknown or Ended)
        {
            // The first, or the first of another run.
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

    /// <summary>Lets time pass in which no packet was due.</summary>
    /// <returns>How many packets should have been there and were not.</returns>
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
