using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Linnet.Server.Endpoints;

/// <summary>Sends the files of the web page.</summary>
internal static class WebFilesEndpoint
{
    /// <summary>
    /// Sends a file, or 304 if the client has it. Clients keep the file but ask each time, so that a new version of the server is seen
    /// at once. Pages of other sites may use the files, as <c>linnet-player.js</c> is made for.
    /// </summary>
    internal static RequestDelegate Of(WebFile file) => context =>
    {
        HttpResponse response = context.Response;
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = file.ETag;
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (IsKnown(context.Request.Headers.IfNoneMatch, file.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = file.Content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : response.Body.WriteAsync(file.Content, context.RequestAborted).AsTask();
    };

    private static bool IsKnown(StringValues header, string tag) =>
        EntityTagHeaderValue.TryParseList(header, out IList<EntityTagHeaderValue>? known)
        && known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Tag.Equals(tag, StringComparison.Ordinal));
}
