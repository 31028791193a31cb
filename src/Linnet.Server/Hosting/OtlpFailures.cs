using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting;

/// <summary>
/// Logs, once, that metrics cannot be pushed. The exporter itself only reports that to an event source; it goes on and tries again.
/// </summary>
/// <param name="logger">The log.</param>
internal sealed partial class OtlpFailures(ILogger logger) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private int _isSaid;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
        {
            EnableEvents(eventSource, EventLevel.Error);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (Interlocked.Exchange(ref _isSaid, 1) == 0)
        {
            string problem = string.Format(
                CultureInfo.InvariantCulture, eventData.Message ?? eventData.EventName ?? "", [.. eventData.Payload ?? []]);
            OtlpFails(logger, problem.ReplaceLineEndings(" "));
        }
    }

    [LoggerMessage(1721, LogLevel.Warning,
        "Metrics cannot be pushed by OTLP. It is tried again, and this is logged only once. The exporter says: {Problem}")]
    private static partial void OtlpFails(ILogger logger, string problem);
}
