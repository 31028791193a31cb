using Linnet.Serving;
using Linnet.Wire.Http;
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
        else if (OtherSite.Sent(
            context.Request.Headers["Sec-Fetch-Site"].ToString(), context.Request.Headers.Origin.ToString(), context.Request.Host.Value))
        {
            await Answer.SendAsync(
                context, StatusCodes.Status403Forbidden, Answer.PlainText, OtherSite.Refusal + "\n")
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
}
