using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Broadcast.Packets;

/// <summary>Counters of a sender thread. Only that thread writes them; any thread may read.</summary>
internal sealed class SenderCounters(long ticksPerSecond)
{
    private readonly LatenessHistogram _lateness = new(ticksPerSecond);
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _due;
    private long _sent;
    private long _skipped;
    private long _refused;
    private long _faults;

    internal LatenessHistogram Lateness => _lateness;

    internal long Due => Volatile.Read(ref _due);

    internal long Sent => Volatile.Read(ref _sent);

    internal long Skipped => Volatile.Read(ref _skipped);

    internal long Refused
    {
        get => Volatile.Read(ref _refused);
        set => Volatile.Write(ref _refused, value);
    }

    internal long DroppedFor(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    /// <summary>Errors of the thread itself that did not end it.</summary>
    internal long Faults => Volatile.Read(ref _faults);

    /// <summary>Counts packets that became due, times their listeners.</summary>
    internal void CountDue(long packets) => Volatile.Write(ref _due, _due + packets);

    /// <summary>Counts how late a packet left.</summary>
    internal void CountLateness(long ticks) => _lateness.Record(ticks);

    /// <summary>
    /// Counts an error that did not end the thread. The first few are logged, then ever fewer: it may recur a thousand times a second.
    /// </summary>
    internal void CountFault(Exception problem, ILogger logger)
    {
        long faults = _faults + 1;
        Volatile.Write(ref _faults, faults);
        if (faults < 4 || (faults & (faults - 1)) == 0)
        {
            logger.SenderThreadFailed(problem, faults);
        }
    }

    internal void CountSent(int packets = 1) => Volatile.Write(ref _sent, _sent + packets);

    internal void CountSkipped(long packets) => Volatile.Write(ref _skipped, _skipped + packets);

    internal void CountDropped(DropReason reason) => Volatile.Write(ref _dropped[(int)reason], _dropped[(int)reason] + 1);
}
