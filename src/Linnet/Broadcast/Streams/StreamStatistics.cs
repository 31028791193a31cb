namespace Linnet.Broadcast.Streams;

/// <summary>Totals of the sender threads for listeners of streams, since they started.</summary>
/// <param name="Listeners">Current listeners, including those that have just left.</param>
/// <param name="Writes">Writes of which the network accepted at least a byte.</param>
/// <param name="BytesSent">Bytes that the network accepted in these writes.</param>
/// <param name="Moves">How often a slow listener was moved towards the live edge.</param>
/// <param name="PacketsSkipped">Packets that listeners missed in these moves.</param>
/// <param name="StalledListeners">Listeners dropped because they accepted no bytes.</param>
/// <param name="DisconnectedListeners">Listeners dropped because their connection broke.</param>
/// <param name="LatenessP50">Half the writes began no later than this after their turn (upper edge of a doubling bucket).</param>
/// <param name="LatenessP99">99 % of the writes began no later than this.</param>
/// <param name="LatenessMax">The greatest lateness of all writes.</param>
public sealed record StreamStatistics(
    int Listeners,
    long Writes,
    long BytesSent,
    long Moves,
    long PacketsSkipped,
    long StalledListeners,
    long DisconnectedListeners,
    TimeSpan LatenessP50,
    TimeSpan LatenessP99,
    TimeSpan LatenessMax)
{
    /// <summary>Packets that were due to listeners by the clock, including those sent on connect.</summary>
    public long PacketsDue { get; init; }

    /// <summary>Packets of which the last byte was passed to the network, times the listeners.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Listeners dropped because sending to them failed on this side.</summary>
    public long FailedListeners { get; init; }

    /// <summary>Listeners whose rendition failed, or was stopped in favor of another.</summary>
    public long StoppedListeners { get; init; }

    /// <summary>
    /// Writes that accepted less than was due, by how much audio was then in flight, in the buckets of
    /// <see cref="Diagnostics.LatenessHistogram"/>.
    /// </summary>
    internal long[] LagBuckets { get; init; } = [];
}
