using System.Text.Json;
using Linnet.Serving;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>The pages about the stations.</summary>
/// <param name="server">The server to show.</param>
/// <param name="time">The clock.</param>
internal sealed class Site(StationServer server, TimeProvider time)
{
    private const string Json = "application/json; charset=utf-8";

    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>The start page.</summary>
    internal Task SendPageAsync(HttpContext context, ForwardedRequest request)
    {
        context.Response.Headers.ContentSecurityPolicy = StartPage.ContentSecurityPolicy;
        return Answer.SendAsync(
            context, StatusCodes.Status200OK, "text/html; charset=utf-8", StartPage.Render(SiteView.Of(server, context, request)));
    }

    /// <summary>The status in the form of Icecast's. Pages of other sites may show the current titles, as they do with Icecast.</summary>
    internal Task SendStatusAsync(HttpContext context, ForwardedRequest request)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        var status = IcecastStatus.Of(SiteView.Of(server, context, request), _started);
        return Answer.SendAsync(
            context, StatusCodes.Status200OK, Json, JsonSerializer.Serialize(status, IcecastStatusJson.Default.IcecastStatus));
    }

    /// <summary>The list of stations for players.</summary>
    internal Task SendStationsAsync(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        var list = new StationList(
            server.RtspEndPoint?.Port, [.. server.Directory.Stations.Select(static station => station.Name)], server.Directory.Awaited);
        return Answer.SendAsync(context, StatusCodes.Status200OK, Json, list.ToJson());
    }
}
