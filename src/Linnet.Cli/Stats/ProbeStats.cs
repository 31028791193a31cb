using System.Text.Json.Serialization;
using Linnet.Cli.Panels;
using Linnet.Playback.Probing;
using Linnet.Transports.Impairments;
using Linnet.Wire;

namespace Linnet.Cli.Stats;

/// <summary>
/// The output of <c>probe --json</c>. The fields are printed in this order; <see langword="null"/>: could not be measured.
/// </summary>
internal sealed record ProbeStats(
    string Address,
    string? Codec,
    string? Transport,
    double Seconds,
    bool IsPartial,
    double PacketMs,
    double BitsPerSecond,
    long Received,
    long Lost,
    double LossPercent,
    long Duplicate,
    long Reordered,
    long Corrupt,
    long Foreign,
    long Restarts,
    double MeanBurst,
    IReadOnlyList<BurstCount> Bursts,
    DelayStats DelayMs,
    double JitterMs,
    double? RoundTripMs,
    string? RoundTripBy,
    double? OneWayMs,
    double? DriftPpm,
    double DriftDoubtPpm,
    IReadOnlyList<TrialStats> Profiles,
    string? Recommended,
    string Advice,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImpairmentStatistics? Impairment)
{
    public static ProbeStats Of(PathReport report, ProbeProgress probe, Uri address) => new(
        ShownAddress.Of(address),
        probe.Payload?.EncodingName.ToLowerInvariant(),
        probe.Transport?.ToString().ToLowerInvariant(),
        Math.Round(report.Duration.TotalSeconds, 3),
        report.IsPartial,
        Ms(report.PacketTime),
        Math.Round(report.BitsPerSecond),
        report.Received,
        report.Lost,
        Percent(report.LossShare),
        report.Duplicate,
        report.Reordered,
        report.Corrupt,
        report.Foreign,
        report.Restarts,
        Math.Round(report.MeanBurst, 3),
        report.Bursts,
        new DelayStats(Ms(report.Delay.P50), Ms(report.Delay.P90), Ms(report.Delay.P99), Ms(report.Delay.P999), Ms(report.Delay.Most)),
        Ms(report.Delay.Jitter),
        report.RoundTrip is { } roundTrip ? Ms(roundTrip) : null,
        report.RoundTrip is null ? null : report.IsRoundTripByRtcp ? "rtcp" : "rtsp",
        report.OneWay is { } oneWay ? Ms(oneWay) : null,
        report.DriftPpm is { } ppm ? Math.Round(ppm, 2) : null,
        Math.Round(report.DriftDoubtPpm, 2),
        [.. report.Profiles.Select(TrialStats.Of)],
        report.Recommended,
        ProbePanel.AdviceOf(report),
        probe.Impairment);

    internal static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    internal static double Percent(double share) => Math.Round(share * 100, 4);
}

/// <summary>How much later than the fastest packets the others came.</summary>
internal sealed record DelayStats(double P50, double P90, double P99, [property: JsonPropertyName("p99_9")] double P999, double Max);

/// <summary>A profile in the output.</summary>
internal sealed record TrialStats(
    string Name, double DelayMs, double MaxDelayMs, double LatePercent, double MissingPercent, long Underruns, string Repair,
    double MissingAfterRepairPercent)
{
    public static TrialStats Of(ProfileTrial trial) => new(
        trial.Name,
        ProbeStats.Ms(trial.AverageDelay),
        ProbeStats.Ms(trial.MostDelay),
        ProbeStats.Percent(trial.Late),
        ProbeStats.Percent(trial.Missing),
        trial.Underruns,
        trial.Repair.ToString().ToLowerInvariant(),
        ProbeStats.Percent(trial.MissingAfterRepair));
}
