using System.Globalization;
using System.Net;
using System.Text;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Push;

/// <summary>What pushers are answered, in Icecast's manner. Texts hold nothing that the peer sent.</summary>
internal static class PushAnswers
{
    /// <summary>The body may come.</summary>
    internal static ReadOnlyMemory<byte> Continue { get; } = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    /// <summary>For those who wait for it before they send: the body may come, however it ends.</summary>
    internal static byte[] Accepted(HttpRequestHead request, DateTimeOffset now) => Create(HttpStatusCode.OK, request, now).ToArray();

    /// <summary>An answer with a sentence.</summary>
    internal static byte[] Text(HttpRequestHead request, HttpStatusCode status, string text, DateTimeOffset now, int? retrySeconds = null)
    {
        HttpResponseHead head = Create(status, request, now);
        if (status == HttpStatusCode.Unauthorized)
        {
            head.Headers.Add("WWW-Authenticate", "Basic realm=\"Linnet\", charset=\"UTF-8\"");
        }

        if (retrySeconds is int seconds)
        {
            head.Headers.Add("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
        }

        return WithBody(head, "text/plain; charset=utf-8", text + "\r\n");
    }

    /// <summary>Icecast's answer to <c>/admin/metadata</c>.</summary>
    internal static byte[] Metadata(HttpRequestHead request, HttpStatusCode status, string message, DateTimeOffset now) => WithBody(
        Create(status, request, now),
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

    private static byte[] WithBody(HttpResponseHead head, string type, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        head.Headers.Add("Content-Type", type);
        head.Headers.Add("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        return [.. head.ToArray(), .. body];
    }
}
