using System.Globalization;
using Linnet.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Linnet.Server.Hosting;

/// <summary>
/// The metrics of the program: under which name they are known, and, by the standard variables of OpenTelemetry, where they are pushed.
/// An ASP.NET Core application chooses that itself.
/// </summary>
internal static class Telemetry
{
    private const string EndPoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndPoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string MetricsProtocol = "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL";
    private const string MetricsHeaders = "OTEL_EXPORTER_OTLP_METRICS_HEADERS";
    private const string MetricsTimeout = "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT";

    internal static void Configure(WebApplicationBuilder builder, ILogger logger)
    {
        IConfiguration variables = builder.Configuration;
        builder.Services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics =>
        {
            if (IsPushed(variables))
            {
                builder.Services.AddSingleton(_ => new OtlpFailures(logger));
                metrics.AddOtlpExporter(options => ReadMetricsVariables(options, variables));
            }
        });
    }

    private static bool IsPushed(IConfiguration variables) =>
        !string.IsNullOrEmpty(variables[EndPoint]) || !string.IsNullOrEmpty(variables[MetricsEndPoint]);

    // Variables that begin with OTEL_ may set another service name, so they come last.
    private static void Describe(ResourceBuilder resource) => resource
        .Clear()
        .AddService("linnet", serviceVersion: typeof(StationServer).Assembly.GetName().Version?.ToString(3),
            autoGenerateServiceInstanceId: false)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    // The exporter reads the variables for all signals itself, but not those for metrics alone.
    private static void ReadMetricsVariables(OtlpExporterOptions options, IConfiguration variables)
    {
        if (Uri.TryCreate(variables[MetricsEndPoint], UriKind.Absolute, out Uri? endPoint))
        {
            options.Endpoint = endPoint;
        }

        options.Protocol = variables[MetricsProtocol] switch
        {
            "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            "grpc" => OtlpExportProtocol.Grpc,
            _ => options.Protocol,
        };
        options.Headers = variables[MetricsHeaders] ?? options.Headers;
        if (int.TryParse(variables[MetricsTimeout], NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds))
        {
            options.TimeoutMilliseconds = milliseconds;
        }
    }
}
