using System.Net;
using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Icy;
using Linnet.Wire.Proxy;
using Linnet.Wire.Rtsp;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>What pages show of a server at one moment.</summary>
/// <param name="Host">The name and port by which the client knows this server; links begin with them.</param>
/// <param name="Name">The name alone.</param>
/// <param name="Scheme">How the client knows it: <c>https</c> over TLS, or behind a proxy that ends TLS and says so.</param>
/// <param name="PathBase">What stands before every path of the server.</param>
/// <param name="RtspRoot">Where addresses of RTSP begin; over TLS if the client came so. <see langword="null"/>: there is no port for it.
/// </param>
/// <param name="Stations">The stations, in their order.</param>
/// <param name="Awaited">Names of the stations that have had no audio yet.</param>
internal sealed record SiteView(
    string Host, string Name, string Scheme, string PathBase, string? RtspRoot, IReadOnlyList<StationView> Stations,
    IReadOnlyList<string> Awaited)
{
    /// <summary>How many servers have the stations. Default: this one alone.</summary>
    public int Servers { get; init; } = 1;

    internal static SiteView Of(StationServer server, HttpContext context, ForwardedRequest from)
    {
        HostString host = HostOf(context, from);
        ServerStatistics now = server.GetStatistics();
        IReadOnlyList<ListenerCount> heard = [.. now.Protocols.SelectMany(static p => p.Listeners)];
        return new SiteView(
            host.ToUriComponent(),
            host.Host,
            from.Scheme,
            from.PathBase,
            RtspRootOf(server, host, from.Scheme),
            [.. now.Stations.SelectMany(station => StationView.Of(station, server, from.PathBase, heard))],
            now.Awaited)
        {
            Servers = now.Nodes.Count + 1,
        };
    }

    /// <summary>The name and port by which the client knows this server.</summary>
    internal static HostString HostOf(HttpContext context, ForwardedRequest from) =>
        from.Host is string forwarded ? new HostString(forwarded)
        : context.Request.Host.HasValue ? context.Request.Host

        // A client that sends no Host header (HTTP/1.0) is most likely on this machine.
        : new HostString("localhost", context.Connection.LocalPort);

    private static string? RtspRootOf(StationServer server, HostString host, string scheme)
    {
        (IPEndPoint? tls, IPEndPoint? plain) = (server.RtspsEndPoint, server.RtspEndPoint);
        bool isTls = tls is not null && (plain is null || scheme == Uri.UriSchemeHttps);
        return (isTls ? tls : plain) is { } port
            ? $"{(isTls ? RtspUri.TlsScheme : RtspUri.PlainScheme)}://{new HostString(host.Host, port.Port).ToUriComponent()}" : null;
    }
}

/// <summary>A station on a page.</summary>
/// <param name="Station">The station.</param>
/// <param name="Description">How its sender describes it; <see langword="null"/>: no description.</param>
/// <param name="Streams">The station's renditions for HTTP.</param>
internal sealed record StationView(StationSnapshot Station, IceDescription? Description, IReadOnlyList<StreamView> Streams)
{
    /// <summary>The station, unless it has just left the directory.</summary>
    internal static IEnumerable<StationView> Of(
        StationSnapshot station, StationServer server, string pathBase, IReadOnlyList<ListenerCount> heard) =>
        server.Directory.TryFind(station.Name, out StationListing? listing)
            ? [new StationView(
                station, listing.Description, [.. listing.Streams.Select(s => StreamView.Of(station, s.Info, pathBase, heard))])
            {
                IsLocked = !server.Judge.IsOpen(station.Name),
            }]
            : [];

    /// <summary>Whether it needs a password or a link. Of such a station, only the name is shown.</summary>
    internal bool IsLocked { get; init; }

    /// <summary>
    /// Its state in a word: <c>playing</c>, <c>waiting</c> for its first listener, <c>silent</c> while its source is not available,
    /// <c>failed</c>, or <c>ended</c>.
    /// </summary>
    internal string State =>
        Station.Problem is not null ? "failed"
        : Station.Awaits is not null ? "silent"
        : Station.State switch
        {
            StationState.Playing => "playing",
            StationState.Waiting => "waiting",
            StationState.Ended => "ended",
            _ => "failed",
        };

    /// <summary>The title to show.</summary>
    internal string Title => IsLocked ? Station.Name : Description?.Name ?? Station.Name;
}

/// <summary>A rendition that HTTP carries.</summary>
/// <param name="Path">The path of its URL, such as <c>/jazz.mp3</c>.</param>
/// <param name="Extension">The file extension of the path.</param>
/// <param name="Label">The label to show, such as <c>MP3 128 kb/s</c>.</param>
/// <param name="ContentType">The media type for browsers.</param>
/// <param name="BitRate">Bits per second.</param>
/// <param name="SampleRate">Frames per second.</param>
/// <param name="Channels">Samples per frame.</param>
/// <param name="Listeners">Listeners at all servers, including those over RTSP if they hear the same rendition.</param>
/// <param name="Peak">The most listeners of this server at one time if the protocol counts them; at least the listeners now.</param>
internal sealed record StreamView(
    string Path, string Extension, string Label, string ContentType, int BitRate, int SampleRate, int Channels, int Listeners, int Peak)
{
    internal static StreamView Of(StationSnapshot station, RenditionInfo info, string pathBase, IReadOnlyList<ListenerCount> heard)
    {
        (string extension, string contentType, _) = info.StreamType!;
        string label = extension is "flac" or "wav"
            ? $"{extension.ToUpperInvariant()} (lossless)"
            : $"{(extension == "opus" ? "Opus" : extension.ToUpperInvariant())} {info.BitRate / 1000} kb/s";
        int listeners = station.Renditions.FirstOrDefault(r => r.Name == info.Name)?.Listeners ?? 0;
        int peak = heard.Where(h => h.Station == station.Name && h.Rendition == info.Name)
            .Select(static h => h.Peak).DefaultIfEmpty().Max();
        return new StreamView(
            pathBase + StreamUrl.PathOf(station.Name, info), extension, label, contentType, info.BitRate, info.Payload.ClockRate,
            info.Payload.Channels,
            listeners, Math.Max(listeners, peak));
    }
}
