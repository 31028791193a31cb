using Linnet.Diagnostics;

namespace Linnet.Broadcast;

/// <summary>What a sender thread counts. It alone writes; anyone may read.</summary>
internal sealed class SenderCounters(long ticksPerSecond)
{
    private readonly LatenessHistogram _lateness = new(ticksPerSecond);
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _due;
    private long _sent;
    private long _skipped;
    private long _refused;

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

    internal void CountDue(int listeners, long lateTicks)
    {
        Volatile.Write(ref _due, _due + listeners);
        _lateness.Record(lateTicks);
    }

    internal void CountSent(int packets = 1) => Volatile.Write(ref _sent, _sent + packets);

    internal void CountSkipped(long packets) => Volatile.Write(ref _skipped, _skipped + packets);

    internal void CountDropped(DropReason reason) => Volatile.Write(ref _dropped[(int)reason], _dropped[(int)reason] + 1);
}
