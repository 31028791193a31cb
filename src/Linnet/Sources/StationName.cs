using System.Buffers;

namespace Linnet.Sources;

/// <summary>The rule for names of stations, which appear in URLs as they are: 1–64 characters of a–z, 0–9 and -.</summary>
internal static class StationName
{
    /// <summary>Maximum length, in characters.</summary>
    internal const int MaxLength = 64;

    /// <summary>The characters that a name may have.</summary>
    internal static SearchValues<char> Characters { get; } = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether a station may have this name.</summary>
    internal static bool IsValid(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxLength && !name.ContainsAnyExcept(Characters);
}
