using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linnet.Server.Endpoints;

/// <summary>What reading the configuration again has changed.</summary>
internal sealed record ReloadAnswer
{
    /// <summary>The stations that were added, changed and removed.</summary>
    public IReadOnlyList<string>? Added { get; init; }

    /// <inheritdoc cref="Added"/>
    public IReadOnlyList<string>? Changed { get; init; }

    /// <inheritdoc cref="Added"/>
    public IReadOnlyList<string>? Removed { get; init; }

    /// <summary>The settings and accounts that changed and are in effect.</summary>
    public IReadOnlyList<string>? Settings { get; init; }

    /// <summary>The settings that changed and need a restart.</summary>
    public IReadOnlyList<string>? NeedRestart { get; init; }

    /// <summary>The stations that did not open, with the reasons. Most are tried again by themselves.</summary>
    public IReadOnlyDictionary<string, string>? NotOpened { get; init; }

    /// <summary>The mistakes, because of which nothing was changed; <see langword="null"/>: there are none.</summary>
    public IReadOnlyList<string>? Problems { get; init; }

    /// <summary>Nothing was changed.</summary>
    internal static ReloadAnswer Refused(params IReadOnlyList<string> problems) => new() { Problems = problems };

    internal string ToJson() => JsonSerializer.Serialize(this, ReloadAnswerJson.Default.ReloadAnswer);
}

/// <summary>Serializes the answer without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReloadAnswer))]
internal sealed partial class ReloadAnswerJson : JsonSerializerContext;
