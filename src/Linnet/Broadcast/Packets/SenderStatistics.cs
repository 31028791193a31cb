namespace Linnet.Broadcast.Packets;

/// <summary>Totals of the sender threads since they started.</summary>
/// <param name="PacketsDue">Packets that were due by the clock, times their listeners. Packets that were not ready in time are
/// included.</param>
/// <param name="PacketsSent">Packets handed to the network, times the listeners.</param>
/// <param name="PacketsSkipped">Items that slow listeners missed when they were moved to the live edge.</param>
/// <param name="DatagramsRefused">Datagrams that a socket refused, reports included.</param>
/// <param name="StalledListeners">Listeners dropped because they accepted no bytes.</param>
/// <param name="DisconnectedListeners">Listeners dropped because their connection broke.</param>
/// <param name="LatenessP50">Half the packets left no later than this after their deadline (upper edge of a doubling bucket).</param>
/// <param name="LatenessP99">99 % of the packets left no later than this.</param>
/// <param name="LatenessMax">The greatest lateness of all packets.</param>
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
    /// <summary>Listeners dropped because sending to them failed on this side.</summary>
    public long FailedListeners { get; init; }

    /// <summary>Listeners whose rendition failed, or was stopped in favor of another.</summary>
    public long StoppedListeners { get; init; }

    /// <summary>Errors of the sender threads themselves that did not end them.</summary>
    public long Faults { get; init; }

    /// <summary>Packets by how late they left, in the buckets of <see cref="Diagnostics.LatenessHistogram"/>.</summary>
    internal long[] LatenessBuckets { get; init; } = [];
}
