using Linnet.Access;
using Linnet.Serving;
using Linnet.Transports;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>Admits accounts with the role <see cref="AccessAction.Admin"/>: by their password, or by a token.</summary>
internal static class AdminGate
{
    /// <summary>Whether the client of a request may manage the server; otherwise it has been answered.</summary>
    internal static async Task<bool> AdmitsAsync(HttpContext context, StationServer server)
    {
        ForwardedRequest from = RequestClient.Of(context);
        var request = new AccessRequest(AccessAction.Admin, null, from.Origin.EndPoint, "HTTP")
        {
            Authorization = context.Request.Headers.Authorization.ToString(),
            IsEncrypted = from.Origin.IsTls || from.Scheme == Uri.UriSchemeHttps,
        };
        AccessVerdict verdict = (await server.Judge.JudgeAsync(request, context.RequestAborted).ConfigureAwait(false)).Verdict;
        if (verdict is AccessVerdict.Allowed)
        {
            return true;
        }

        if (AccessAnswer.Of(verdict, AccessAction.Admin) is not { } answer)
        {
            context.Abort();
            return false;
        }

        if (answer.Status is System.Net.HttpStatusCode.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = AccessControl.BasicChallenge;
        }

        if (answer.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = $"{Math.Ceiling(wait.TotalSeconds):0}";
        }

        await Answer.SendAsync(context, (int)answer.Status, Answer.PlainText, answer.Text + "\n").ConfigureAwait(false);
        return false;
    }
}
