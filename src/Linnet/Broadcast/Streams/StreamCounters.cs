using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;

namespace Linnet.Broadcast.Streams;

/// <summary>Counters of a sender thread for its streams. Only that thread writes them; any thread may read.</summary>
internal sealed class StreamCounters(long ticksPerSecond)
{
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _writes;
    private long _bytes;
    private long _moves;
    private long _packetsSkipped;
    private long _packetsDue;
    private long _packetsSent;

    /// <summary>How late listeners were visited.</summary>
    internal LatenessHistogram Lateness { get; } = new(ticksPerSecond);

    /// <summary>
    /// How much audio was in flight to a listener, in the kernel included, each time one did not accept all that was due.
    /// </summary>
    internal LatenessHistogram Lag { get; } = new(ticksPerSecond);

    internal long Writes => Volatile.Read(ref _writes);

    internal long Bytes => Volatile.Read(ref _bytes);

    internal long Moves => Volatile.Read(ref _moves);

    internal long PacketsSkipped => Volatile.Read(ref _packetsSkipped);

    internal long PacketsDue => Volatile.Read(ref _packetsDue);

    internal long PacketsSent => Volatile.Read(ref _packetsSent);

    internal long DroppedFor(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    internal void CountWrite(int bytes)
    {
        Volatile.Write(ref _writes, _writes + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    /// <summary>Counts packets that were due to a listener by the clock, and packets that it received.</summary>
    internal void CountPackets(long due, long sent)
    {
        Volatile.Write(ref _packetsDue, _packetsDue + due);
        Volatile.Write(ref _packetsSent, _packetsSent + sent);
    }

    internal void CountMove(int moves, long packets)
    {
        Volatile.Write(ref _moves, _moves + moves);
        Volatile.Write(ref _packetsSkipped, _packetsSkipped + packets);
    }

    internal void CountDropped(DropReason reason) => Volatile.Write(ref _dropped[(int)reason], _dropped[(int)reason] + 1);
}
