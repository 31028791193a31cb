using System.Globalization;
using System.Net;
using Linnet.Access;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Push;

/// <summary>What pushers are answered, in Icecast's manner. Texts hold nothing that the peer sent.</summary>
internal static class PushAnswers
{
    /// <summary>For those who wait for it before they send: the body may come, however it ends.</summary>
    internal static HttpResponse Accepted(HttpRequestHead request, DateTimeOffset now) =>
        new(Create(HttpStatusCode.OK, request, now));

    /// <summary>An answer with a sentence.</summary>
    internal static HttpResponse Text(
        HttpRequestHead request, HttpStatusCode status, string text, DateTimeOffset now, double? retrySeconds = null)
    {
        HttpResponseHead head = Create(status, request, now);
        if (status == HttpStatusCode.Unauthorized)
        {
            head.Headers.Add("WWW-Authenticate", AccessControl.BasicChallenge);
        }

        if (retrySeconds is double seconds)
        {
            head.Headers.Add("Retry-After", Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture));
        }

        return HttpResponse.Text(head, null, "text/plain; charset=utf-8", text + "\r\n");
    }

    /// <summary>Icecast's answer to <c>/admin/metadata</c>.</summary>
    internal static HttpResponse Metadata(HttpRequestHead request, HttpStatusCode status, string message, DateTimeOffset now) =>
        HttpResponse.Text(
        Create(status, request, now),
        null,
        "text/xml; charset=utf-8",
        $"<?xml version=\"1.0\"?>\n<iceresponse><message>{message}</message>"
        + $"<return>{(status == HttpStatusCode.OK ? 1 : 0)}</return></iceresponse>\n");

    private static HttpResponseHead Create(HttpStatusCode status, HttpRequestHead request, DateTimeOffset now)
    {
        var head = new HttpResponseHead(
            status, protocol: request.Protocol == HttpProtocol.Http11 ? HttpProtocol.Http11 : HttpProtocol.Http10);
        head.Headers.Add("Server", "Linnet");
        head.Headers.Add("Date", now.ToString("r", CultureInfo.InvariantCulture));
        head.Headers.Add("Connection", "close");
        head.Headers.Add("Cache-Control", "no-cache, no-store");
        return head;
    }
}
