using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linnet.Server.Endpoints;

/// <summary><c>/stations.json</c>: what a player needs that was given the address of these pages.</summary>
/// <param name="RtspPort">Where the same stations are heard by RTSP.</param>
/// <param name="Stations">Their names, in their order.</param>
/// <param name="Awaited">The names of stations that will be there when somebody pushes to them: a player can wait for these.</param>
internal sealed record StationList(int RtspPort, IReadOnlyList<string> Stations, IReadOnlyList<string> Awaited)
{
    /// <summary>Where it is.</summary>
    internal const string Path = "/stations.json";

    internal string ToJson() => JsonSerializer.Serialize(this, StationListJson.Default.StationList);
}

/// <summary>Writes it without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StationList))]
internal sealed partial class StationListJson : JsonSerializerContext;
