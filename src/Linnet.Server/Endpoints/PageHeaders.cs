using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>What every answer of Kestrel's has in common.</summary>
internal static class PageHeaders
{
    /// <summary>
    /// Closes the connection behind the answer (the next request may be for sound), and lets browsers do nothing they need not.
    /// </summary>
    internal static Task Apply(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.Connection = "close";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
