using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linnet.Server.Endpoints;

/// <summary>The <c>/stations.json</c> page: what a player needs when it gets the address of these pages.</summary>
/// <param name="RtspPort">The RTSP port of the same stations; left out if there is none.</param>
/// <param name="RtspsPort">The same for RTSP over TLS.</param>
/// <param name="Stations">The names of the stations, in order.</param>
/// <param name="Awaited">The names of stations that will exist once a source client connects: a player can wait for these.</param>
/// <param name="Locked">Those of the stations and awaited ones that need a password or a link; left out if there are none.</param>
internal sealed record StationList(
    int? RtspPort, int? RtspsPort, IReadOnlyList<string> Stations, IReadOnlyList<string> Awaited, IReadOnlyList<string>? Locked)
{
    /// <summary>The path of the page.</summary>
    internal const string Path = "/stations.json";

    internal string ToJson() => JsonSerializer.Serialize(this, StationListJson.Default.StationList);
}

/// <summary>Serializes the list without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StationList))]
internal sealed partial class StationListJson : JsonSerializerContext;
