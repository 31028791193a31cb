namespace Linnet.Broadcast.Streams;

/// <summary>What the sender threads did for listeners that hear streams, since they started.</summary>
/// <param name="Listeners">Listeners now, those included that have left just now.</param>
/// <param name="Writes">Writes that the network took something of.</param>
/// <param name="BytesSent">Bytes handed to the network in them.</param>
/// <param name="Moves">How often a slow listener was moved towards the live edge.</param>
/// <param name="PacketsSkipped">Packets that they missed by that.</param>
/// <param name="StalledListeners">Listeners dropped because they took nothing.</param>
/// <param name="DisconnectedListeners">Listeners dropped because their connection broke.</param>
/// <param name="LatenessP50">Half the writes began no later than this after their turn (upper edge of a doubling bucket).</param>
/// <param name="LatenessP99">99 % of the writes began no later than this.</param>
/// <param name="LatenessMax">The latest of all.</param>
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
    /// <summary>Packets that were due to listeners by the clock, what they got to begin with included.</summary>
    public long PacketsDue { get; init; }

    /// <summary>Packets of which the last byte was handed to the network, times the listeners.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Listeners let go because sending to them failed here.</summary>
    public long FailedListeners { get; init; }

    /// <summary>Listeners whose rendition failed, or gave way to another.</summary>
    public long StoppedListeners { get; init; }
}
