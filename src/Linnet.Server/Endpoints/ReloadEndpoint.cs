using Linnet.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Endpoints;

/// <summary>
/// <c>POST /api/reload</c>: reads the configuration again. It takes no parameters, so a call starts nothing, and opens nothing that the
/// configuration file does not name.
/// </summary>
internal static class ReloadEndpoint
{
    internal const string Path = "/api/reload";

    private const string Json = "application/json";

    /// <summary>Serves a request.</summary>
    internal static async Task ServeAsync(HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<ApiCalls>().Reload is not { } reload)
        {
            await Answer.SendAsync(
                context, StatusCodes.Status404NotFound, Answer.PlainText,
                "This server was started without a configuration file, so there is none to read again.\n").ConfigureAwait(false);
        }
        else if (IsFromOtherSite(context.Request))
        {
            await Answer.SendAsync(
                context, StatusCodes.Status403Forbidden, Answer.PlainText, "Pages of other sites may not call this.\n")
                .ConfigureAwait(false);
        }
        else if (await AdminGate.AdmitsAsync(context, context.RequestServices.GetRequiredService<StationServer>()).ConfigureAwait(false))
        {
            ReloadAnswer answer = await reload(context.RequestAborted).ConfigureAwait(false);
            await Answer.SendAsync(
                context, answer.Problems is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity, Json,
                answer.ToJson() + "\n").ConfigureAwait(false);
        }
    }

    // A browser sends its stored passwords along for any page that asks it to. Other clients send neither header.
    private static bool IsFromOtherSite(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();
        return site is not ("" or "same-origin" or "none")
            || (origin.Length > 0 && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) || page.Authority != request.Host.Value));
    }
}
