using System.Text.Json;
using System.Text.Json.Nodes;
using Linnet.Transports;

namespace Linnet.Serving;

/// <summary>A protocol at one moment, with its counters since the start.</summary>
/// <param name="Name">Its name in metrics, statistics and logs: one word in lower case, and no other protocol's of the server.</param>
/// <param name="Listeners">The protocol's listeners, by station, rendition and transport.</param>
public sealed record ProtocolSnapshot(string Name, IReadOnlyList<ListenerCount> Listeners)
{
    /// <summary>Totals of its transports since the start, also of those that carried nothing yet.</summary>
    public IReadOnlyList<TransportTotal> Totals { get; init; } = [];

    /// <summary>Requests and connections that it refused, by reason: a few words in <c>snake_case</c>, or a status code.</summary>
    public IReadOnlyDictionary<string, long> Refused { get; init; } = new Dictionary<string, long>();

    /// <summary>Listeners that are gone, by reason, in <c>snake_case</c>.</summary>
    public IReadOnlyDictionary<string, long> Ended { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// What is wrong with it now, as sentences that say what to do; <see langword="null"/>, the default: nothing. It does not stop the
    /// server.
    /// </summary>
    internal string? Problem { get; init; }

    /// <summary>The state of the byte streams that it makes of renditions. Default: it makes none.</summary>
    internal StreamFigures Streams { get; init; } = new(0, 0, 0);

    /// <summary>Figures for the panel, in addition to <see cref="Refused"/>. Default: none.</summary>
    internal IReadOnlyList<ProtocolFigure> Figures { get; init; } = [];

    /// <summary>Figures that only this protocol has in the metrics. They are the same ones each time. Default: none.</summary>
    internal IReadOnlyList<ProtocolMeasure> Measures { get; init; } = [];

    /// <summary>
    /// Its own object in the statistics as JSON, under its name, with fields in <c>snake_case</c>; <see langword="null"/>, the default:
    /// it has none.
    /// </summary>
    internal JsonObject? Stats { get; init; }

    /// <summary>Counts by reason, with each reason in <c>snake_case</c>, in alphabetical order.</summary>
    internal static IReadOnlyDictionary<string, long> Words<T>(IReadOnlyDictionary<T, long> counts)
        where T : struct, Enum =>
        new SortedDictionary<string, long>(
            counts.ToDictionary(static c => JsonNamingPolicy.SnakeCaseLower.ConvertName(c.Key.ToString()), static c => c.Value),
            StringComparer.Ordinal);

    /// <summary>Counts by reason as JSON.</summary>
    internal static JsonObject ToJson(IReadOnlyDictionary<string, long> counts) =>
        new(counts.Select(static c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)));
}
