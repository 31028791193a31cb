using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Linnet.Server.Hosting;

/// <summary>
/// A web host that takes nothing from where it happens to run: no <c>appsettings.json</c> of the working folder, no <c>ASPNETCORE_</c> or
/// <c>DOTNET_</c> variable, no startup code of others. What configures it is said to it; OpenTelemetry's own variables alone are let
/// through.
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

            // No file is served from there; without it, it would be the working folder.
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
