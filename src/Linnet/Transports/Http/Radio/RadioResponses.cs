using System.Globalization;
using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Wire;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http.Radio;

/// <summary>Answers to listeners. Texts hold nothing that the peer sent, except a host whose characters were checked.</summary>
internal static class RadioResponses
{
    /// <summary>When a listener for whom there is no room may try again, where no better estimate exists.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MetadataTime = TimeSpan.FromMilliseconds(100);

    // Small enough that titles are on time even while packets of varying length are short; longer than a title.
    private const int MaxMetadataInterval = 4096;
    private const int MinMetadataInterval = 256;

    /// <summary>Bytes of the stream between two titles: no more than 100 ms of sound.</summary>
    internal static int MetadataIntervalFor(RenditionInfo info) =>
        (int)Math.Clamp(info.BitRate / 8 * MetadataTime.TotalSeconds, MinMetadataInterval, MaxMetadataInterval);

    /// <summary>Whether titles may stand within the sound: in Ogg they have their own place.</summary>
    internal static bool HasMetadata(StreamType type) =>
        !type.ContentType.Contains("ogg", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The head before sound. The body has neither length nor chunks and ends where the connection does, unless the player asks for chunks.
    /// </summary>
    internal static HttpResponseHead Sound(
        HttpRequestHead request, StationListing station, RenditionInfo info, int metadataInterval, DateTimeOffset now)
    {
        HttpResponseHead head = Create(HttpStatusCode.OK, request, now);
        head.Headers.Add("Content-Type", info.StreamType!.ContentType);
        ((station.Description ?? new IceDescription(null, null, null, null, null, 0, 0)) with
        {
            Name = station.Description?.Name ?? station.Name,
            BitRate = info.BitRate,
            SampleRate = info.Payload.ClockRate,
        }).AddTo(head.Headers);
        if (metadataInterval > 0)
        {
            head.Headers.Add("icy-metaint", metadataInterval.ToString(CultureInfo.InvariantCulture));
        }

        if (LinnetEnd.IsAsked(request))
        {
            head.Headers.Add(LinnetEnd.Header, LinnetEnd.LastChunk);
        }

        // Browsers request a range of any media they play, and accept the whole as an answer; scripts may read the same headers as players.
        head.Headers.Add("Accept-Ranges", "none");
        head.Headers.Add("Vary", "Accept, Icy-MetaData");
        head.Headers.Add("Access-Control-Expose-Headers", "icy-br, icy-description, icy-genre, icy-metaint, icy-name, icy-sr, icy-url");
        return head;
    }

    /// <summary>What a browser asks before a script of another site may listen.</summary>
    internal static HttpResponse Preflight(HttpRequestHead request, DateTimeOffset now)
    {
        HttpResponseHead head = Create(HttpStatusCode.NoContent, request, now);
        head.Headers.Add("Allow", "GET, HEAD, OPTIONS");
        head.Headers.Add("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
        head.Headers.Add(
            "Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Icy-MetaData, Origin, Range, X-Requested-With");
        head.Headers.Add("Access-Control-Max-Age", "86400");
        return new HttpResponse(head);
    }

    /// <summary>A file that leads a player to a rendition.</summary>
    internal static HttpResponse Playlist(
        HttpRequestHead request, ForwardedRequest from, RadioTarget target, EndPoint? local, DateTimeOffset now)
    {
        string path = from.PathBase + StreamUrl.PathOf(target.Station!.Name, target.Rendition!.Info);
        string url = StreamUrl.Of(from.Scheme, from.Host ?? AuthorityOf(request, local), path);
        string title = target.Station.Description?.Name ?? target.Station.Name;
        string text = target.Kind == RadioTargetKind.M3u
            ? $"#EXTM3U\r\n#EXTINF:-1,{title}\r\n{url}\r\n"
            : $"[playlist]\r\nNumberOfEntries=1\r\nFile1={url}\r\nTitle1={title}\r\nLength1=-1\r\nVersion=2\r\n";
        return HttpResponse.Text(Create(HttpStatusCode.OK, request, now), request,
            target.Kind == RadioTargetKind.M3u ? "audio/x-mpegurl" : "audio/x-scpls", text);
    }

    /// <summary>A refusal, with a sentence that says why.</summary>
    internal static HttpResponse Refusal(
        HttpRequestHead? request, HttpStatusCode status, string why, DateTimeOffset now, TimeSpan? retryAfter = null)
    {
        HttpResponseHead head = Create(status, request, now);
        if (retryAfter is TimeSpan after)
        {
            head.Headers.Add("Retry-After", Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        if (status == HttpStatusCode.Unauthorized)
        {
            head.Headers.Add("WWW-Authenticate", AccessControl.BasicChallenge);
        }

        if (status == HttpStatusCode.MethodNotAllowed)
        {
            head.Headers.Add("Allow", "GET, HEAD, OPTIONS");
        }

        return HttpResponse.Text(head, request, "text/plain; charset=utf-8", why);
    }

    /// <summary>Sends a listener to another server.</summary>
    internal static HttpResponse Elsewhere(HttpRequestHead request, string address, DateTimeOffset now)
    {
        HttpResponseHead head = Create(HttpStatusCode.Found, request, now);
        head.Headers.Add("Location", address);
        return HttpResponse.Text(head, request, "text/plain; charset=utf-8", $"This server is full. Another has room: {address}\r\n");
    }

    /// <summary>Refuses a listener that would not follow, and names the address at another server.</summary>
    /// <remarks>Source: RFC 8288.</remarks>
    internal static HttpResponse RefusalNaming(HttpRequestHead request, string address, DateTimeOffset now)
    {
        HttpResponse refusal = Refusal(
            request, HttpStatusCode.ServiceUnavailable, $"This server is full. Another has room: {address}\r\n", now, RetryAfter);
        refusal.Head.Headers.Add("Link", $"<{address}>; rel=\"alternate\"");
        refusal.Head.Headers.Add("Access-Control-Expose-Headers", "Link");
        return refusal;
    }

    /// <summary>The text of a 404: why the path names no audio.</summary>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="directory">The stations.</param>
    /// <param name="pathBase">What stands before every path.</param>
    internal static string WhyNothing(string path, StationDirectory directory, string pathBase = "")
        // An awaited name is one of our own names, so it is safe to repeat it.
        => AwaitedBy(path, directory) is string station ? $"No client has pushed to {station} yet.\r\n"
            : WhatThereIs(directory, pathBase, MissingAt(path, directory));

    /// <summary>The station that a path names and that waits for its first push; <see langword="null"/>: there is none.</summary>
    internal static string? AwaitedBy(string path, StationDirectory directory)
    {
        string name = path.TrimStart('/');
        string station = directory.IsAwaited(name) ? name : name[..Math.Max(0, name.LastIndexOf('.'))];
        return directory.IsAwaited(station) ? station : null;
    }

    /// <summary>The rendition whose path it is, if only an encoder is missing for it.</summary>
    internal static MissingStream? MissingAt(string path, StationDirectory directory) =>
        directory.Stations.SelectMany(static station => station.Missing.Select(missing => (station.Name, Missing: missing)))
            .FirstOrDefault(m => StreamUrl.PathOf(m.Name, m.Missing) == path).Missing;

    /// <summary>The text of a 404: why there is nothing at this path, and the paths that exist.</summary>
    private static string WhatThereIs(StationDirectory directory, string pathBase, MissingStream? missing)
    {
        const int Most = 100;
        string why = missing is null ? "There is no audio at this path."
            : $"This server cannot encode {missing.Type.Extension.ToUpperInvariant()}. {missing.Problem}";
        var text = new StringBuilder($"{why}\r\nThese paths have audio:\r\n");
        int count = 0;
        foreach (StationListing station in directory.Stations)
        {
            foreach (BroadcastRing rendition in station.Streams)
            {
                if (count++ < Most)
                {
                    text.Append(pathBase).Append(StreamUrl.PathOf(station.Name, rendition.Info)).Append("\r\n");
                }
            }
        }

        return count == 0
            ? $"{(missing is null ? "There is no audio here at the moment." : why)}\r\n"
            : count > Most ? text.Append("and more.\r\n").ToString() : text.ToString();
    }

    private static HttpResponseHead Create(HttpStatusCode status, HttpRequestHead? request, DateTimeOffset now)
    {
        var head = new HttpResponseHead(
            status, protocol: request?.Protocol == HttpProtocol.Http11 ? HttpProtocol.Http11 : HttpProtocol.Http10);
        head.Headers.Add("Server", "Linnet");
        head.Headers.Add("Date", now.ToString("r", CultureInfo.InvariantCulture));
        head.Headers.Add("Connection", "close");
        head.Headers.Add("Cache-Control", "no-cache, no-store");
        head.Headers.Add("Pragma", "no-cache");
        head.Headers.Add("Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
        head.Headers.Add("X-Content-Type-Options", "nosniff");
        head.Headers.Add("Access-Control-Allow-Origin", "*");
        head.Headers.Add("Cross-Origin-Resource-Policy", "cross-origin");
        return head;
    }

    /// <summary>The host by which the client reached us, else the address.</summary>
    private static string AuthorityOf(HttpRequestHead request, EndPoint? local) =>
        request.Authority.Length > 0 ? request.Authority
        : (local as IPEndPoint)?.Unmapped().ToString() ?? local?.ToString() ?? "localhost";
}
