using System.Text.Json;
using Linnet.Serving;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Linnet.Server.Endpoints;

/// <summary>The pages about the stations.</summary>
/// <param name="server">The server to show.</param>
/// <param name="time">The clock.</param>
/// <param name="options">Whether the page without TLS leads to the one with TLS.</param>
internal sealed class Site(StationServer server, TimeProvider time, IOptions<LinnetOptions> options)
{
    private const int UsualPort = 443;
    private const string Json = "application/json; charset=utf-8";

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly PageCodeCache _codes = new();

    /// <summary>The start page.</summary>
    internal Task SendPageAsync(HttpContext context, ForwardedRequest request)
    {
        if (options.Value.RedirectsPages && server.HttpsEndPoint is { Port: int port } && IsPlain(request) && context.Request.Host.HasValue)
        {
            return RedirectAsync(context, port);
        }

        context.Response.Headers.ContentSecurityPolicy = StartPage.ContentSecurityPolicy;
        return Answer.SendAsync(
            context, StatusCodes.Status200OK, "text/html; charset=utf-8", StartPage.Render(SiteView.Of(server, context, request)));
    }

    // Behind a proxy the client may have come over TLS, or reach the ports by other numbers: redirecting is then the proxy's part.
    private static bool IsPlain(ForwardedRequest request) => request.Scheme == Uri.UriSchemeHttp && !request.IsForwarded;

    private static Task RedirectAsync(HttpContext context, int port)
    {
        HostString host = port == UsualPort ? new HostString(context.Request.Host.Host) : new HostString(context.Request.Host.Host, port);
        string to = $"{Uri.UriSchemeHttps}://{host.ToUriComponent()}{context.Request.PathBase.ToUriComponent()}"
            + context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
        context.Response.Headers.Location = to;
        return Answer.SendAsync(context, StatusCodes.Status308PermanentRedirect, Answer.PlainText, $"This page is at {to}\n");
    }

    /// <summary>The status in the form of Icecast's. Pages of other sites may show the current titles, as they do with Icecast.</summary>
    internal Task SendStatusAsync(HttpContext context, ForwardedRequest request)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        var status = IcecastStatus.Of(SiteView.Of(server, context, request), _started);
        return Answer.SendAsync(
            context, StatusCodes.Status200OK, Json, JsonSerializer.Serialize(status, IcecastStatusJson.Default.IcecastStatus));
    }

    /// <summary>The QR code of the page, or of a station's part of it: <c>?station=NAME</c>.</summary>
    internal Task SendCodeAsync(HttpContext context, ForwardedRequest request)
    {
        string? station = context.Request.Query["station"];
        if (!string.IsNullOrEmpty(station) && !server.Directory.Contains(station))
        {
            return Answer.SendAsync(context, StatusCodes.Status404NotFound, Answer.PlainText, "There is no such station.\n");
        }

        string host = SiteView.HostOf(context, request).ToUriComponent();
        string address = $"{request.Scheme}://{host}{request.PathBase}/{(string.IsNullOrEmpty(station) ? "" : $"#{station}")}";
        return address.Length > PageCode.Longest
            ? Answer.SendAsync(context, StatusCodes.Status414UriTooLong, Answer.PlainText, "This address is too long for a QR code.\n")
            : Answer.SendAsync(context, StatusCodes.Status200OK, "image/svg+xml", _codes.Of(address));
    }

    /// <summary>The list of stations for players.</summary>
    internal Task SendStationsAsync(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        string[] stations = [.. server.Directory.Stations.Select(static station => station.Name)];
        string[] locked = [.. stations.Concat(server.Directory.Awaited).Where(name => !server.Judge.IsOpen(name))];
        var list = new StationList(
            server.RtspEndPoint?.Port, server.RtspsEndPoint?.Port, stations, server.Directory.Awaited, locked.Length > 0 ? locked : null);
        return Answer.SendAsync(context, StatusCodes.Status200OK, Json, list.ToJson());
    }
}
