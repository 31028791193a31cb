using Linnet.Server.Endpoints;
using Linnet.Server.Endpoints.Events;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace Linnet.Server;

/// <summary>Stations in an ASP.NET Core host. docs/hosting.md says which method gives what.</summary>
public static class HostingExtensions
{
    /// <summary>
    /// Adds a <see cref="StationServer"/> that runs with the host. Endpoints can take it as a parameter, and add and remove stations.
    /// </summary>
    /// <param name="services">The host's services. The clock, the log and the meters come from them.</param>
    /// <param name="configure">Adds stations and changes options.</param>
    /// <remarks>
    /// Stations and ports are opened when the host starts; a port that cannot be opened ends the start with a <see cref="PortException"/>.
    /// When the host stops, the listeners' sessions end before the web server stops. If nothing can be served any more, the host stops,
    /// unless <see cref="HostOptions.BackgroundServiceExceptionBehavior"/> says otherwise. The metrics belong to the meter
    /// <c>Linnet</c>, which is added to the host's OpenTelemetry.
    /// </remarks>
    public static IServiceCollection AddLinnet(this IServiceCollection services, Action<LinnetOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.All(static service => service.ServiceType != typeof(StationServer)))
        {
            services.AddSingleton(HostedStation.OpenServer);
            services.AddHostedService<LinnetService>();
            services.AddOptions<LinnetOptions>().ValidateOnStart();
            services.AddLinnetParts();
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return services;
    }

    /// <summary>
    /// Serves listeners and source clients on this endpoint directly, before ASP.NET's HTTP: <c>SOURCE</c>, pushes without a length, ICY
    /// players, and many listeners at little cost. All other requests reach ASP.NET unchanged.
    /// </summary>
    /// <param name="listen">The endpoint. Call <c>UseHttps</c> before this, not after.</param>
    /// <remarks>
    /// What is served here does not pass the host's middleware. If the endpoints of <see cref="MapLinnet"/> require authorization, a host
    /// name or a rate limit, listeners go through the middleware nevertheless; pushes have their password.
    /// </remarks>
    public static ListenOptions UseLinnet(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        IServiceProvider services = listen.ApplicationServices;
        listen.Use(next => HttpConnections.Before(next, services));
        return listen;
    }

    /// <summary>
    /// Maps the page with the stations and its files, <c>/events</c>, <c>/stations.json</c>, <c>/status-json.xsl</c>,
    /// <c>/health/live</c>, <c>/health/ready</c>, <c>/metrics</c>, the stations' streams, and pushes that use chunked encoding. Works on
    /// any server.
    /// </summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="prefix">A path before all of them, such as <c>/radio</c>; default: none.</param>
    /// <returns>All of them, for <c>RequireAuthorization</c>, <c>RequireHost</c> and the like.</returns>
    /// <exception cref="InvalidOperationException"><see cref="AddLinnet"/> was not called.</exception>
    public static IEndpointConventionBuilder MapLinnet(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        return endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(StationServer)) == false
            ? throw new InvalidOperationException($"{nameof(MapLinnet)} needs services.{nameof(AddLinnet)}(…).")
            : LinnetEndpoints.Map(endpoints, prefix, ownsAllPaths: false);
    }

    /// <summary>Adds what <see cref="MapLinnet"/> needs for a server that the caller opens, runs and disposes.</summary>
    internal static void AddRunningLinnet(
        this IServiceCollection services, StationServer server, Action<LinnetOptions> configure)
    {
        services.AddSingleton(server);
        services.AddLinnetParts();
        services.Configure(configure);
    }

    private static void AddLinnetParts(this IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(static provider => new LinnetSettings(provider.GetService<IConfiguration>()));
        services.AddSingleton<IConfigureOptions<LinnetOptions>>(static provider => provider.GetRequiredService<LinnetSettings>());
        services.AddSingleton<IValidateOptions<LinnetOptions>>(static provider => provider.GetRequiredService<LinnetSettings>());
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<Site>();
        services.AddSingleton<EventFeed>();
        services.AddHostedService(static provider => provider.GetRequiredService<EventFeed>());
        services.AddHealthChecks().AddCheck<StationsHealthCheck>(StationsHealthCheck.Name);
        services.AddOpenTelemetry().WithMetrics(static metrics => metrics
            .AddMeter(ServerMetrics.MeterName, "System.Runtime")
            .AddPrometheusExporter(static exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0));
    }
}
