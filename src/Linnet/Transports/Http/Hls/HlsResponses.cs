using System.Globalization;
using System.Net;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Hls;

/// <summary>Answers with playlists and segments.</summary>
internal static class HlsResponses
{
    private const string PlaylistType = "application/vnd.apple.mpegurl";

    /// <summary>A playlist.</summary>
    /// <param name="request">The request.</param>
    /// <param name="text">The playlist.</param>
    /// <param name="isCompressed">Whether it is compressed by gzip.</param>
    /// <param name="isPublic">Whether caches may give it to others.</param>
    /// <param name="fresh">How long it is up to date.</param>
    /// <param name="now">The time.</param>
    internal static HttpResponse Playlist(
        HttpRequestHead request, ReadOnlyMemory<byte> text, bool isCompressed, bool isPublic, TimeSpan fresh, DateTimeOffset now)
    {
        HttpResponseHead head = Create(
            request, PlaylistType, text.Length,
            string.Create(CultureInfo.InvariantCulture, $"{Scope(isPublic)}, max-age={(int)fresh.TotalSeconds}"), now);
        head.Headers.Add("Vary", "Accept-Encoding");
        if (isCompressed)
        {
            head.Headers.Add("Content-Encoding", "gzip");
        }

        return Whole(request, head, text);
    }

    /// <summary>A segment, or what a decoder needs before it. Its address never means other bytes.</summary>
    internal static HttpResponse File(
        HttpRequestHead request, string type, ReadOnlyMemory<byte> bytes, bool isPublic, DateTimeOffset now) =>
        Whole(request, Create(request, type, bytes.Length, $"{Scope(isPublic)}, max-age=31536000, immutable", now), bytes);

    /// <summary>Whether the client takes gzip.</summary>
    internal static bool TakesGzip(HttpRequestHead request) =>
        request.Headers["Accept-Encoding"]?.Split(',').Any(static part =>
            part.Split(';') is [var coding, .. var parameters] && coding.Trim().Equals("gzip", StringComparison.OrdinalIgnoreCase)
            && !parameters.Any(static p => p.Trim() is "q=0" or "q=0.0" or "q=0.00" or "q=0.000")) == true;

    private static string Scope(bool isPublic) => isPublic ? "public" : "private";

    private static HttpResponse Whole(HttpRequestHead request, HttpResponseHead head, ReadOnlyMemory<byte> bytes) =>
        new(head, request.Method == "HEAD" ? default : bytes);

    private static HttpResponseHead Create(HttpRequestHead request, string type, int length, string caching, DateTimeOffset now)
    {
        var head = new HttpResponseHead(
            HttpStatusCode.OK, request.Protocol == HttpProtocol.Http11 ? HttpProtocol.Http11 : HttpProtocol.Http10);
        head.Headers.Add("Server", "Linnet");
        head.Headers.Add("Date", now.ToString("r", CultureInfo.InvariantCulture));
        head.Headers.Add("Connection", "close");
        head.Headers.Add("Content-Type", type);
        head.Headers.Add("Content-Length", length.ToString(CultureInfo.InvariantCulture));
        head.Headers.Add("Cache-Control", caching);
        head.Headers.Add("X-Content-Type-Options", "nosniff");
        head.Headers.Add("Access-Control-Allow-Origin", "*");
        head.Headers.Add("Cross-Origin-Resource-Policy", "cross-origin");
        return head;
    }
}
