using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Transports.Http.Radio;

namespace Linnet.Server.Endpoints;

/// <summary>The answer to <c>/status-json.xsl</c> in the form of Icecast 2.4, for tools that read that.</summary>
/// <param name="Icestats">The only field.</param>
internal sealed record IcecastStatus([property: JsonPropertyName("icestats")] IcecastServer Icestats)
{
    internal static IcecastStatus Of(SiteView site, DateTimeOffset started)
    {
        IcecastSource[] sources =
        [
            .. site.Stations.Where(static station => !station.IsLocked)
                .SelectMany(station => station.Streams.Select(stream => IcecastSource.Of(site, station, stream))),
        ];

        // Icecast gives one source as an object and several as a list; without sources it omits the field.
        JsonElement? source = sources.Length switch
        {
            0 => null,
            1 => JsonSerializer.SerializeToElement(sources[0], IcecastStatusJson.Default.IcecastSource),
            _ => JsonSerializer.SerializeToElement(sources, IcecastStatusJson.Default.IcecastSourceArray),
        };
        string version = typeof(IcecastStatus).Assembly.GetName().Version?.ToString(3) ?? "";
        return new IcecastStatus(new IcecastServer(
            "",
            site.Name.Length > 0 ? site.Name : "localhost",
            "",
            $"Linnet {version}",
            started.ToString("ddd, dd MMM yyyy HH:mm:ss zz00", CultureInfo.InvariantCulture),
            started.ToString("yyyy-MM-ddTHH:mm:sszz00", CultureInfo.InvariantCulture),
            source));
    }
}

/// <summary>The server's fields.</summary>
internal sealed record IcecastServer(
    string Admin,
    string Host,
    string Location,
    string ServerId,
    string ServerStart,
    [property: JsonPropertyName("server_start_iso8601")] string ServerStartIso8601,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Source);

/// <summary>The fields of a mount point.</summary>
internal sealed record IcecastSource(
    string? Artist,
    string AudioInfo,
    int Bitrate,
    int Channels,
    string? Genre,
    int ListenerPeak,
    int Listeners,
    string Listenurl,
    int Samplerate,
    string ServerDescription,
    string ServerName,
    string ServerType,
    string? ServerUrl,
    string? Title)
{
    internal static IcecastSource Of(SiteView site, StationView station, StreamView stream)
    {
        TrackInfo? track = station.Station.Track;
        return new IcecastSource(
            track?.Artist,
            string.Create(CultureInfo.InvariantCulture,
                $"ice-samplerate={stream.SampleRate};ice-bitrate={stream.BitRate / 1000};ice-channels={stream.Channels}"),
            stream.BitRate / 1000,
            stream.Channels,
            station.Description?.Genre,
            stream.Peak,
            stream.Listeners,
            StreamUrl.Of(site.Scheme, site.Host, stream.Path),
            stream.SampleRate,
            station.Description?.Description ?? stream.Label,
            station.Title,
            stream.ContentType,
            station.Description?.Url,
            track?.Title);
    }
}

/// <summary>Serializes the answer without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IcecastStatus))]
[JsonSerializable(typeof(IcecastSource[]))]
internal sealed partial class IcecastStatusJson : JsonSerializerContext;
