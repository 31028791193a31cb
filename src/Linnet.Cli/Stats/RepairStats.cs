using Linnet.Receive.Repair;

namespace Linnet.Cli.Stats;

/// <summary>What a player did about missing packets. The path lost <c>lost</c> and <c>repaired</c> together.</summary>
internal sealed record RepairStats(
    string Mode,
    string Reason,
    int Copies,
    int SpacingMs,
    double? RoundTripMs,
    double PathLossPercent,
    long Repaired,
    long ByRetransmission,
    long ByRedundancy,
    long Requested,
    long TooLate,
    long Needless,
    long OverheadBytes)
{
    public static RepairStats Of(RepairSummary repair) => new(
        repair.Choice.Mode.ToString().ToLowerInvariant(),
        repair.Choice.Reason,
        repair.Choice.Redundancy?.Copies ?? 0,
        repair.Choice.Redundancy?.SpacingMs ?? 0,
        repair.RoundTrip is TimeSpan roundTrip ? PlayerStats.Round(roundTrip.TotalMilliseconds) : null,
        PlayerStats.Round(repair.PathLoss * 100),
        repair.Repaired,
        repair.ByRetransmission,
        repair.ByRedundancy,
        repair.Requested,
        repair.TooLate,
        repair.Needless,
        repair.OverheadBytes);
}
