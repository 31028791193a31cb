using System.Buffers;

namespace Linnet.Sources;

/// <summary>The rule for names of stations, which appear in URLs as they are: 1–64 characters of a–z, 0–9 and -.</summary>
internal static class StationName
{
    /// <summary>Maximum length, in characters.</summary>
    internal const int MaxLength = 64;

    /// <summary>The characters that a name may have.</summary>
    internal static SearchValues<char> Characters { get; } = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>
    /// Names that no station may have: a page server has pages at these paths, and serves each station under its bare name, too.
    /// </summary>
    internal static IReadOnlyList<string> OfPages { get; } = ["metrics", "events"];

    /// <summary>Why no station may have this name, though it is well-formed; <see langword="null"/>: it may.</summary>
    internal static string? ConflictOf(string name) =>
        OfPages.Contains(name) ? $"A station cannot be named '{name}': the server's {name} are at /{name}." : null;

    /// <summary>Whether a name is well-formed.</summary>
    internal static bool IsValid(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxLength && !name.ContainsAnyExcept(Characters);
}
