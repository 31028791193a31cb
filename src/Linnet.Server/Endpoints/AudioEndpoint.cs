using Linnet.Serving;
using Linnet.Transports.Http;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Linnet.Server.Endpoints;

/// <summary>Serves listeners and pushes through the web server's pipes.</summary>
internal static class AudioEndpoint
{
    /// <summary>Serves requests whose path has that many segments below the prefix.</summary>
    internal static RequestDelegate At(int? below) => context => ServeAsync(context, PathBelow.Of(context, below));

    private static async Task ServeAsync(HttpContext context, PathBelow path)
    {
        IServiceProvider services = context.RequestServices;
        ForwardedRequest request = RequestClient.Of(context) with { PathBase = path.PathBase };

        // Below the server's own host the head was read before.
        HttpRequestHead? head = context.Features.Get<HttpRequestHead>() ?? HostRequest.HeadOf(context, path.Path);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        if (head is null || services.GetRequiredService<StationServer>().Front is not HttpFront front
            || !await front.TryServeAsync(new HostRequest(context, head, request), over.Token).ConfigureAwait(false))
        {
            await Answer.SendAsync(
                context, StatusCodes.Status404NotFound, Answer.PlainText, "There is no audio at this path.\n").ConfigureAwait(false);
        }
    }
}
