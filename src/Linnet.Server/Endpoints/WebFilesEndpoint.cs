using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Linnet.Server.Endpoints;

/// <summary>Sends the files of the web page.</summary>
internal static class WebFilesEndpoint
{
    /// <summary>
    /// Sends a file or a part of it, or 304 if the client has it. Clients keep the file but ask each time, so that a new version of the
    /// server is seen at once. Pages of other sites may use the files, as <c>linnet-player.js</c> is made for.
    /// </summary>
    internal static RequestDelegate Of(WebFile file) => context =>
    {
        context.Response.Headers.CacheControl = "no-cache";
        AllowOthers(context.Response.Headers);

        // Safari plays no sound from a server that sends no parts.
        return TypedResults.Bytes(
            file.Content, file.ContentType, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue(file.ETag))
            .ExecuteAsync(context);
    };

    /// <summary>Lets pages of other sites use a file.</summary>
    internal static void AllowOthers(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
    }
}
