using System.Globalization;
using System.Runtime.CompilerServices;
using Linnet.Audio;

namespace Linnet.Wire.Hls;

/// <summary>The values of tags and attributes in a playlist.</summary>
/// <remarks>Source: RFC 8216 §4.1, §4.2.</remarks>
internal static class HlsGrammar
{
    /// <summary>
    /// A text from anywhere, such as a title, as a quoted string; <see langword="null"/> if nothing readable is left. Quotation marks
    /// become ”. Control characters, line breaks and damaged characters become spaces. The text is cut after
    /// <see cref="TagText.MaxLength"/> characters.
    /// </summary>
    /// <remarks>The RFC asks for the composed form of Unicode (NFC), too. Linnet has no tables for that.</remarks>
    public static string? Quoted(string? text) =>
        text is not null && TagText.Clean(text) is string clean ? $"\"{clean.Replace('"', '”')}\"" : null;

    /// <summary>A date in UTC, cut to milliseconds, such as <c>2026-11-30T21:56:03.250Z</c>.</summary>
    public static string Date(DateTimeOffset date) =>
        date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value itself, if it can stand on a line of its own and within quotation marks.</summary>
    /// <exception cref="ArgumentException">It is empty, starts with <c>#</c>, or has characters other than visible ASCII.</exception>
    public static string Visible(string value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        if (value[0] == '#' || value.Contains('"', StringComparison.Ordinal) || value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException($"'{value}' must be visible ASCII without quotation marks, and must not start with '#'.", name);
        }

        return value;
    }
}
