using System.Diagnostics.CodeAnalysis;
using Linnet.Server.Endpoints.Events;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Endpoints;

/// <summary>The endpoints of a server: pages, health, metrics, streams and pushes.</summary>
internal static class LinnetEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] PlaylistMethods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Options];

    // CONNECT is WebSocket over HTTP/2.
    private static readonly string[] AudioMethods =
        [HttpMethods.Get, HttpMethods.Head, HttpMethods.Options, HttpMethods.Put, "SOURCE", HttpMethods.Connect];

    /// <summary>Maps them.</summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="prefix">The path before all of them.</param>
    /// <param name="ownsAllPaths">
    /// Whether the host has nothing else, so that paths of audio that do not exist are answered here, too. Then there is no prefix.
    /// </param>
    internal static RouteGroupBuilder Map(IEndpointRouteBuilder endpoints, string prefix, bool ownsAllPaths)
    {
        RouteGroupBuilder all = endpoints.MapGroup(prefix);

        // The host's own endpoints come first.
        all.WithOrder(1);
        MapAudio(all, ownsAllPaths ? "/{**path}" : "/{path}", below: ownsAllPaths ? null : 1, AudioMethods);
        if (!ownsAllPaths)
        {
            MapAudio(all, "/{link}/{path}", below: 2, AudioMethods);
            MapAudio(all, "/{path}/live", below: 2, [HttpMethods.Get, HttpMethods.Connect]);
            MapAudio(all, "/{link}/{path}/live", below: 3, [HttpMethods.Get, HttpMethods.Connect]);
            MapAudio(all, "/{path}/hls.m3u8", below: 2, PlaylistMethods);
            MapAudio(all, "/{link}/{path}/hls.m3u8", below: 3, PlaylistMethods);
            MapAudio(all, "/{path}/hls/{list}", below: 3, PlaylistMethods);
            MapAudio(all, "/{link}/{path}/hls/{list}", below: 4, PlaylistMethods);
            MapAudio(all, "/{path}/hls/{run}/{rendition}/{file}", below: 5, PlaylistMethods);
            MapAudio(all, "/{link}/{path}/hls/{run}/{rendition}/{file}", below: 6, PlaylistMethods);
            MapAudio(all, "/admin/metadata", below: 2, [HttpMethods.Get]);
        }

        RouteGroupBuilder pages = all.MapGroup("");
        ((IEndpointConventionBuilder)pages).Add(NetworkGate.AddTo);
        ((IEndpointConventionBuilder)pages).Add(PageHeaders.AddTo);
        MapPage(pages, "/", below: 0, static (site, context, request) => site.SendPageAsync(context, request));
        MapPage(pages, "/index.html", below: 1, static (site, context, request) => site.SendPageAsync(context, request));
        MapPage(pages, "/status-json.xsl", below: 1, static (site, context, request) => site.SendStatusAsync(context, request));
        MapPage(pages, "/qr.svg", below: 1, static (site, context, request) => site.SendCodeAsync(context, request));
        MapPage(pages, StationList.Path, below: 1, static (site, context, _) => site.SendStationsAsync(context));
        pages.MapMethods(EventsEndpoint.Path, Reading, EventsEndpoint.ServeAsync).WithMetadata(new LongAnswer());
        pages.MapMethods(ArtEndpoint.Pattern, Reading, ArtEndpoint.SendAsync);
        foreach (WebFile file in WebFiles.All)
        {
            pages.MapMethods(file.Path, Reading, WebFilesEndpoint.Of(file));
        }

        MapHealth(pages, "/health/live", static _ => false);
        MapHealth(pages, "/health/ready", static name => name == StationsHealthCheck.Name);
        pages.MapPrometheusScrapingEndpoint(MetricsEndpoint.Path).WithMetadata(new HttpMethodMetadata(Reading))
            .Add(static endpoint => endpoint.RequestDelegate = MetricsEndpoint.Guard(endpoint.RequestDelegate!));
        return all;
    }

    private static void MapPage(
        RouteGroupBuilder pages, string path, int below, Func<Site, HttpContext, ForwardedRequest, Task> send)
    {
        RequestDelegate serve = context =>
        {
            ForwardedRequest request = RequestClient.Of(context) with { PathBase = PathBelow.Of(context, below).PathBase };
            return send(context.RequestServices.GetRequiredService<Site>(), context, request);
        };
        pages.MapMethods(path, Reading, serve);
    }

    private static void MapHealth(RouteGroupBuilder pages, string path, Func<string, bool> isAsked) => pages.MapHealthChecks(
        path,
        new HealthCheckOptions
        {
            Predicate = check => isAsked(check.Name),
            ResponseWriter = StationsHealthCheck.WriteAsync,

            // All pages tell caches the same.
            AllowCachingResponses = true,
        }).WithMetadata(new HttpMethodMetadata(Reading));

    private static void MapAudio(
        RouteGroupBuilder all, [StringSyntax("Route")] string pattern, int? below, IReadOnlyList<string> methods)
    {
        const string Parameter = AudioConstraint.Parameter + "}";
        int at = pattern.IndexOf(Parameter, StringComparison.Ordinal);
        RouteValueDictionary? constraint =
            at < 0 ? null : new() { [AudioConstraint.Parameter] = new AudioConstraint(pattern[(at + Parameter.Length)..]) };
        all.Map(RoutePatternFactory.Parse(pattern, defaults: null, constraint), AudioEndpoint.At(below))
            .WithMetadata(new HttpMethodMetadata(methods), new AudioMetadata());
    }
}
