namespace Linnet.Receive.Repair;

/// <summary>
/// What a receiver did about packets that did not come. What the path lost is these and <see cref="ReceiverStatistics.Lost"/> together.
/// </summary>
public sealed record RepairSummary
{
    /// <summary>Nothing.</summary>
    public static RepairSummary None { get; } = new();

    /// <summary>What is done now, and why.</summary>
    public RepairChoice Choice { get; init; } = new(RepairMode.None, null, "The server does not repair.");

    /// <summary>Packets that were repaired in time and did not come by themselves.</summary>
    public long Repaired => ByRetransmission + ByRedundancy - Overtaken;

    /// <summary>Packets that were there in time because they were asked for.</summary>
    public long ByRetransmission { get; init; }

    /// <summary>Packets that were there in time because others carried copies of them.</summary>
    public long ByRedundancy { get; init; }

    /// <summary>Repaired packets that did come by themselves, later.</summary>
    public long Overtaken { get; init; }

    /// <summary>Packets asked for, repeats included.</summary>
    public long Requested { get; init; }

    /// <summary>Repairs that came when their turn was over.</summary>
    public long TooLate { get; init; }

    /// <summary>Repairs of packets that were there already.</summary>
    public long Needless { get; init; }

    /// <summary>Bytes of RTP that came for repair alone.</summary>
    public long OverheadBytes { get; init; }

    /// <summary>Share of its packets that the path lost in the last ten seconds, whether repaired or not.</summary>
    public double PathLoss { get; init; }

    /// <summary>To the sender and back; <see langword="null"/> before it is known.</summary>
    public TimeSpan? RoundTrip { get; init; }

    internal static RepairSummary Of(Repairer repair, long ticksPerSecond) => new()
    {
        Choice = repair.Choice,
        ByRetransmission = repair.Retransmitted,
        ByRedundancy = repair.Copied,
        Overtaken = repair.Overtaken,
        Requested = repair.Requested,
        TooLate = repair.TooLate,
        Needless = repair.Needless,
        OverheadBytes = repair.OverheadBytes,
        PathLoss = repair.Loss,
        RoundTrip = repair.RoundTripTicks is long ticks ? TimeSpan.FromSeconds((double)ticks / ticksPerSecond) : null,
    };

    internal RepairSummary Plus(RepairSummary later) => later with
    {
        ByRetransmission = ByRetransmission + later.ByRetransmission,
        ByRedundancy = ByRedundancy + later.ByRedundancy,
        Overtaken = Overtaken + later.Overtaken,
        Requested = Requested + later.Requested,
        TooLate = TooLate + later.TooLate,
        Needless = Needless + later.Needless,
        OverheadBytes = OverheadBytes + later.OverheadBytes,
    };
}
