using System.Net;
using System.Net.Sockets;
using Linnet.Server.Hosting;
using Linnet.Transports;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;

namespace Linnet.Server.Endpoints.Events;

/// <summary>
/// <c>/events</c>: what the page shows, as it changes, as Server-Sent Events. Anyone may read it who may see the page, from pages of other
/// sites, too.
/// </summary>
internal static class EventsEndpoint
{
    internal const string Path = "/events";

    // For a reader that reads nothing, the kernel would keep megabytes.
    private const int SendBuffer = 64 * 1024;

    /// <summary>Serves a reader.</summary>
    internal static async Task ServeAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.Headers.AccessControlAllowOrigin = "*";
        EventFeed feed = context.RequestServices.GetRequiredService<EventFeed>();
        IPAddress client = RequestClient.Of(context).Origin.EndPoint.Address;
        using IDisposable? place = feed.TryEnter(client);
        if (place is null)
        {
            response.Headers.RetryAfter = "30";
            await Answer.SendAsync(
                context, StatusCodes.Status503ServiceUnavailable, Answer.PlainText,
                "Too many pages are open to update all of them. Reload the page to see what plays, or try again later.\n")
                .ConfigureAwait(false);
            return;
        }

        response.ContentType = "text/event-stream";

        // For proxies such as nginx, which would collect the events.
        response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        context.Features.Get<PageRequest>()?.ServeLong();
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (HostRequest.IsHttp1(context) && context.Features.Get<IConnectionSocketFeature>()?.Socket is Socket socket)
        {
            socket.TrySetSendBuffer(SendBuffer);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        var reader = new EventReader(feed, context.RequestServices.GetRequiredService<TimeProvider>());
        await reader.RunAsync(response.Body, LastIdOf(context.Request), over.Token).ConfigureAwait(false);
        if (!over.IsCancellationRequested)
        {
            // It was too slow: what is in the way would be sent first otherwise.
            context.Abort();
        }
    }

    // A browser sends the header only when it reconnects by itself. A page that connects again can only write the address.
    private static string? LastIdOf(HttpRequest request) =>
        request.Headers.TryGetValue("Last-Event-ID", out StringValues header) ? header : request.Query["lastEventId"];
}
