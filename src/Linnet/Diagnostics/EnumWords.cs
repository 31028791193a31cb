namespace Linnet.Diagnostics;

/// <summary>Turns enum names into words: <c>TooManyOfAddress</c> becomes "too many of address".</summary>
internal static class EnumWords
{
    /// <summary>The name of <paramref name="value"/> in lower case, with a space before each word but the first.</summary>
    internal static string ToWords<T>(this T value)
        where T : struct, Enum =>
        string.Concat(
            value.ToString()
                .Select(static (c, i) =>
                    i > 0 && char.IsAsciiLetterUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
