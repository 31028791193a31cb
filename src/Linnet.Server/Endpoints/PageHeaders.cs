using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>Headers of all pages.</summary>
internal static class PageHeaders
{
    /// <summary>Keeps the response out of caches, and denies browsers all features that a page does not need.</summary>
    internal static Task Apply(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
