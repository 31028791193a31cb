using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Linnet.Server.Hosting;

/// <summary>
/// A web host that ignores its environment: no <c>appsettings.json</c> of the working folder, no <c>ASPNETCORE_</c> or <c>DOTNET_</c>
/// variable, no startup code of others. All configuration is explicit; only OpenTelemetry's own variables are read.
/// </summary>
internal static class PlainHost
{
    private const string OpenTelemetryPrefix = "OTEL_";

    internal static WebApplicationBuilder CreateBuilder()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = [],
            ApplicationName = typeof(PlainHost).Assembly.GetName().Name,

            // It serves no files from there; unset, it would be the working folder.
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.Configuration.AddInMemoryCollection(OpenTelemetryVariables());
        return builder;
    }

    private static IEnumerable<KeyValuePair<string, string?>> OpenTelemetryVariables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(static variable => ((string)variable.Key).StartsWith(OpenTelemetryPrefix, StringComparison.Ordinal))
        .Select(static variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));
}
