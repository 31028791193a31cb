using System.Text.Json.Serialization;
using Linnet.Cli.Panels;
using Linnet.Transports.Impairments;

namespace Linnet.Cli.Stats;

/// <summary>One line of <c>play --stats json</c>. The fields are printed in this order.</summary>
internal sealed record PlayerStats(
    string State,
    string? Codec,
    int SampleRate,
    int Channels,
    long Received,
    long Lost,
    long Late,
    long Duplicate,
    double ConcealedMs,
    double BufferMs,
    double LatencyMs,
    double? DriftPpm,
    double PeakDbfs,
    int Reconnects,
    int DeviceReopens,
    string Output,
    long Reordered,
    long Corrupt,
    string? Profile,
    double TargetMs,
    double DelayMs,
    double LatenessMs,
    long Underruns,
    long Stretches,
    RepairStats Repair,
    string? Title,
    string? Transport,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImpairmentStatistics? Impairment,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Awaits)
{
    /// <summary>The level written for silence: JSON has no −∞.</summary>
    public const double Silence = -120;

    public static PlayerStats Of(PlayerSnapshot player, bool hasEnded) => new(
        hasEnded ? "ended" : player.State,
        player.Codec,
        player.SampleRate,
        player.Channels,
        player.Received,
        player.Lost,
        player.Late,
        player.Duplicate,
        Round(player.Concealed.TotalMilliseconds),
        Round(player.Buffer.TotalMilliseconds),
        Round(player.Latency.TotalMilliseconds),
        player.DriftPpm is double drift ? Round(drift) : null,
        Round(Math.Max(player.PeakDbfs, Silence)),
        player.Reconnects,
        player.DeviceReopens,
        player.Output,
        player.Reordered,
        player.Corrupt,
        player.Profile,
        Round(player.Target.TotalMilliseconds),
        Round(player.Delay.TotalMilliseconds),
        Round(player.Lateness.TotalMilliseconds),
        player.Underruns,
        player.Stretches,
        RepairStats.Of(player.Repair),
        player.Track,
        player.Transport?.ToLowerInvariant(),
        player.Impairment,
        player.Awaits);

    internal static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 2) : 0;
}
