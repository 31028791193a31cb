using Linnet.Broadcast;
using Linnet.Server.Hosting;
using Linnet.Stations;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>What pages show of a server at one moment.</summary>
/// <param name="Host">The name and port by which the client knows this server: what its links begin with.</param>
/// <param name="RtspHost">The same for RTSP.</param>
/// <param name="Stations">The stations, in their order.</param>
internal sealed record SiteView(string Host, string RtspHost, IReadOnlyList<StationView> Stations)
{
    internal static SiteView Of(StationServer server, HostString asked, RadioHostOptions options)
    {
        // Who sends no Host header (HTTP/1.0) is most likely on this machine.
        HostString host = asked.HasValue ? asked : new HostString("localhost", options.Port);
        return new SiteView(
            host.ToUriComponent(),
            new HostString(host.Host, server.RtspEndPoint.Port).ToUriComponent(),
            [.. server.Stations.Select(StationView.Of)]);
    }
}

/// <summary>A station in it.</summary>
internal sealed record StationView(StationSnapshot Station, IReadOnlyList<StreamView> Streams)
{
    internal static StationView Of(Station station) =>
        new(station.GetSnapshot(), [.. station.Listing.Streams.Select(s => StreamView.Of(station.Name, s))]);

    /// <summary>Who listens to any rendition, by any protocol.</summary>
    internal int Listeners => Station.Renditions.Sum(static r => r.Listeners);
}

/// <summary>A rendition that HTTP carries.</summary>
/// <param name="Path">Where it is: <c>/jazz.mp3</c>.</param>
/// <param name="Extension">The end of that.</param>
/// <param name="Label">What people call it: <c>MP3 128 kb/s</c>.</param>
/// <param name="ContentType">What a browser is told.</param>
/// <param name="BitRate">Bits per second.</param>
/// <param name="SampleRate">Frames per second.</param>
/// <param name="Channels">Samples per frame.</param>
/// <param name="Listeners">Who hears it; by RTSP too where it is the same rendition.</param>
internal sealed record StreamView(string Path, string Extension, string Label, string ContentType, int BitRate, int SampleRate, int Channels, int Listeners)
{
    internal static StreamView Of(string station, StreamRendition stream)
    {
        RenditionInfo info = stream.Ring.Info;
        string variant = stream.Name.StartsWith(stream.Extension + "-", StringComparison.Ordinal) ? stream.Name[stream.Extension.Length..] : "";
        string label = stream.Extension is "flac" or "wav"
            ? $"{stream.Extension.ToUpperInvariant()} (lossless)"
            : $"{(stream.Extension == "opus" ? "Opus" : stream.Extension.ToUpperInvariant())} {info.BitRate / 1000} kb/s";
        return new StreamView(
            $"/{station}{variant}.{stream.Extension}", stream.Extension, label, stream.ContentType, info.BitRate, info.Payload.ClockRate, info.Payload.Channels, stream.Ring.Leases);
    }
}
