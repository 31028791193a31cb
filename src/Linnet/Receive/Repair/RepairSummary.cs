namespace Linnet.Receive.Repair;

/// <summary>
/// A receiver's repairs. The path's losses are these plus <see cref="ReceiverStatistics.Lost"/>.
/// </summary>
public sealed record RepairSummary
{
    /// <summary>No repairs.</summary>
    public static RepairSummary None { get; } = new();

    /// <summary>The current repair, and why.</summary>
    public RepairChoice Choice { get; init; } = new(RepairMode.None, null, "The server offers no repair.");

    /// <summary>Packets repaired in time whose originals never arrived.</summary>
    public long Repaired => ByRetransmission + ByRedundancy - Overtaken;

    /// <summary>Packets repaired in time by retransmission.</summary>
    public long ByRetransmission { get; init; }

    /// <summary>Packets repaired in time by copies in other packets.</summary>
    public long ByRedundancy { get; init; }

    /// <summary>Repaired packets whose originals arrived later.</summary>
    public long Overtaken { get; init; }

    /// <summary>Packets requested, including repeated requests.</summary>
    public long Requested { get; init; }

    /// <summary>Repairs that arrived too late to be played.</summary>
    public long TooLate { get; init; }

    /// <summary>Repairs of packets that had already arrived.</summary>
    public long Needless { get; init; }

    /// <summary>Bytes of RTP received only for repair.</summary>
    public long OverheadBytes { get; init; }

    /// <summary>The share of packets that the path lost in the last ten seconds, repaired or not.</summary>
    public double PathLoss { get; init; }

    /// <summary>The round trip to the sender; <see langword="null"/> until known.</summary>
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
