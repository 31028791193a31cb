using Linnet.Serving;
using Linnet.Stations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Linnet.Server.Endpoints;

/// <summary>
/// Whether stations can be heard: healthy, degraded if some have failed or a protocol has a problem, unhealthy if all have ended. A host's
/// own health page has it too.
/// </summary>
/// <param name="server">The server.</param>
internal sealed class StationsHealthCheck(StationServer server) : IHealthCheck
{
    /// <summary>The name of the check.</summary>
    internal const string Name = "linnet";

    private const string Live = "live\n";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ServerStatistics statistics = server.GetStatistics();
        IReadOnlyList<StationSnapshot> stations = statistics.Stations;
        bool isReady = stations.Count == 0 || stations.Any(static s => s.State is StationState.Waiting or StationState.Playing);
        string failed = string.Concat(stations.Where(static s => s.State is StationState.Failed).Select(static s => $"{s.Name}: failed\n"))
            + string.Concat(statistics.Protocols.Where(static p => p.Problem is not null).Select(static p => $"{p.Name}: {p.Problem}\n"));
        return Task.FromResult(
            !isReady ? HealthCheckResult.Unhealthy($"not ready: every station has ended\n{failed}")
            : failed.Length > 0 ? HealthCheckResult.Degraded($"ready\n{failed}")
            : HealthCheckResult.Healthy("ready\n"));
    }

    /// <summary>Writes the check's text; without a check, that the program runs.</summary>
    internal static Task WriteAsync(HttpContext context, HealthReport report) => Answer.SendAsync(
        context, context.Response.StatusCode, Answer.PlainText,
        report.Entries.TryGetValue(Name, out HealthReportEntry entry) ? entry.Description ?? "not ready\n" : Live);
}
