using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>Headers of all pages.</summary>
internal static class PageHeaders
{
    /// <summary>Adds them to the answers of an endpoint.</summary>
    internal static void AddTo(EndpointBuilder endpoint) => endpoint.RequestDelegate = Before(endpoint.RequestDelegate!);

    /// <summary>Keeps the response out of caches, and denies browsers all features that a page does not need.</summary>
    internal static RequestDelegate Before(RequestDelegate next) => context =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    };
}
