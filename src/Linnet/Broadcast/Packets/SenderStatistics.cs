namespace Linnet.Broadcast.Packets;

/// <summary>What the sender threads did since they started.</summary>
/// <param name="PacketsDue">Packets that were due by the clock, times the listeners they were due to: those too that were not there in
/// time.</param>
/// <param name="PacketsSent">Packets handed to the network, times the listeners.</param>
/// <param name="PacketsSkipped">Items that slow listeners missed when they were moved to the live edge.</param>
/// <param name="DatagramsRefused">Datagrams, reports included, that a socket would not take.</param>
/// <param name="StalledListeners">Listeners dropped because they took nothing.</param>
/// <param name="DisconnectedListeners">Listeners dropped because their connection broke.</param>
/// <param name="LatenessP50">Half the packets left no later than this after their deadline (upper edge of a doubling bucket).</param>
/// <param name="LatenessP99">99 % of the packets left no later than this.</param>
/// <param name="LatenessMax">The latest of all.</param>
public sealed record SenderStatistics(
    long PacketsDue,
    long PacketsSent,
    long PacketsSkipped,
    long DatagramsRefused,
    long StalledListeners,
    long DisconnectedListeners,
    TimeSpan LatenessP50,
    TimeSpan LatenessP99,
    TimeSpan LatenessMax)
{
    /// <summary>Listeners let go because sending to them failed here.</summary>
    public long FailedListeners { get; init; }

    /// <summary>Listeners whose rendition failed, or gave way to another.</summary>
    public long StoppedListeners { get; init; }

    /// <summary>Errors of the sender threads themselves, which went on.</summary>
    public long Faults { get; init; }
}
