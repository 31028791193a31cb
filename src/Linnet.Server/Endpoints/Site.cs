using System.Text.Json;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Stations;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>The pages: the start page, the status and the health checks.</summary>
internal sealed class Site(StationServer server, RadioHostOptions options, TimeProvider time)
{
    private const string PlainText = "text/plain; charset=utf-8";

    private readonly DateTimeOffset _started = time.GetUtcNow();

    internal Task ServeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return SayAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD work here.\n");
        }

        return context.Request.Path.Value switch
        {
            "/" or "/index.html" => SendPageAsync(context),
            "/status-json.xsl" => SendStatusAsync(context),
            StationList.Path => SendStationsAsync(context),
            "/health/live" => SayAsync(context, StatusCodes.Status200OK, "live\n"),
            "/health/ready" => SendReadyAsync(context),
            MetricsEndpoint.Path => SayAsync(context, StatusCodes.Status403Forbidden, MetricsEndpoint.WhyNot(context)),
            _ => SayAsync(context, StatusCodes.Status404NotFound, "There is no such page. The stations are listed at /\n"),
        };
    }

    private Task SendPageAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = StartPage.ContentSecurityPolicy;
        return SendAsync(context, StatusCodes.Status200OK, "text/html; charset=utf-8", StartPage.Render(Look(context)));
    }

    private Task SendStatusAsync(HttpContext context)
    {
        // Pages of other sites may show the current titles, as they do with Icecast.
        context.Response.Headers.AccessControlAllowOrigin = "*";
        IcecastStatus status = IcecastStatus.Of(Look(context), _started);
        return SendAsync(
            context, StatusCodes.Status200OK, "application/json; charset=utf-8",
            JsonSerializer.Serialize(status, IcecastStatusJson.Default.IcecastStatus));
    }

    private Task SendStationsAsync(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        var list = new StationList(
            server.RtspEndPoint.Port, [.. server.Directory.Stations.Select(static station => station.Name)], server.Directory.Awaited);
        return SendAsync(context, StatusCodes.Status200OK, "application/json; charset=utf-8", list.ToJson());
    }

    /// <summary>Ready: there is at least one station, and not all have ended or failed.</summary>
    private Task SendReadyAsync(HttpContext context)
    {
        IReadOnlyList<StationSnapshot> stations = server.GetStatistics().Stations;
        bool isReady = stations.Count == 0 || stations.Any(static s => s.State is StationState.Waiting or StationState.Playing);
        string failed = string.Concat(stations.Where(static s => s.State is StationState.Failed).Select(static s => $"{s.Name}: failed\n"));
        return isReady
            ? SayAsync(context, StatusCodes.Status200OK, $"ready\n{failed}")
            : SayAsync(context, StatusCodes.Status503ServiceUnavailable, $"not ready: every station has ended\n{failed}");
    }

    private SiteView Look(HttpContext context) => SiteView.Of(server, context, options);

    private static Task SayAsync(HttpContext context, int status, string text) => SendAsync(context, status, PlainText, text);

    private static Task SendAsync(HttpContext context, int status, string contentType, string text)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
