using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Linnet.Cli.Stats;

/// <summary>Writes statistics as lines of JSON, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PlayerStats))]
[JsonSerializable(typeof(ServerStats))]
[JsonSerializable(typeof(ProbeStats))]
internal sealed partial class StatsJson : JsonSerializerContext
{
    // Titles stay readable: only programs read the line, and it is never embedded in HTML.
    private static readonly StatsJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Line(PlayerStats stats) => JsonSerializer.Serialize(stats, Readable.PlayerStats);

    public static string Line(ProbeStats stats) => JsonSerializer.Serialize(stats, Readable.ProbeStats);

    /// <summary>
    /// The fields of the server, and behind them an object of each protocol that has one. A protocol that is named like a field of the
    /// server, such as <c>state</c>, has <c>state_protocol</c>.
    /// </summary>
    public static string Line(ServerStats stats)
    {
        JsonObject line = JsonSerializer.SerializeToNode(stats, Readable.ServerStats)!.AsObject();
        foreach ((string protocol, JsonObject figures) in stats.Protocols)
        {
            line[line.ContainsKey(protocol) ? $"{protocol}_protocol" : protocol] = figures.DeepClone();
        }

        return line.ToJsonString(Readable.Options);
    }
}
