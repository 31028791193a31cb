using Linnet.Receive.Repair;

namespace Linnet.Cli.Stats;

/// <summary>What a player did about missing packets. The path lost <c>lost</c> and <c>repaired</c> together.</summary>
internal sealed class RepairStats(RepairSummary repair)
{
    public string Mode => repair.Choice.Mode.ToString().ToLowerInvariant();

    public string Reason => repair.Choice.Reason;

    public int Copies => repair.Choice.Redundancy?.Copies ?? 0;

    public int SpacingMs => repair.Choice.Redundancy?.SpacingMs ?? 0;

    public double? RoundTripMs => repair.RoundTrip is TimeSpan roundTrip ? PlayerStats.Ms(roundTrip) : null;

    public double PathLossPercent => PlayerStats.Round(repair.PathLoss * 100);

    public long Repaired => repair.Repaired;

    public long ByRetransmission => repair.ByRetransmission;

    public long ByRedundancy => repair.ByRedundancy;

    public long Requested => repair.Requested;

    public long TooLate => repair.TooLate;

    public long Needless => repair.Needless;

    public long OverheadBytes => repair.OverheadBytes;
}
