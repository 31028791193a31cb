using System.Buffers;

namespace Linnet.Wire.Http;

/// <summary>Which characters may stand where. Readers refuse by it, writers insist on it.</summary>
/// <remarks>Source: RFC 9110 §5.5, §5.6.2; RFC 9112 §3.2.</remarks>
internal static class HttpGrammar
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    // Everything but controls; a tab is white space and may stay.
    private static readonly SearchValues<char> Control = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(c => c != '\t').Select(c => (char)c), '\x7F']);

    /// <summary>A method or a header's name: one or more visible ASCII characters that are no separators.</summary>
    internal static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>A header's value or a reason phrase: anything without line breaks and other controls.</summary>
    internal static bool IsText(ReadOnlySpan<char> text) => !text.ContainsAny(Control);

    /// <summary>
    /// A request target: one or more visible characters. Beyond ASCII is let through: sources write mounts and titles so.
    /// </summary>
    internal static bool IsTarget(ReadOnlySpan<char> text) => !text.IsEmpty && IsText(text) && !text.ContainsAny(' ', '\t');
}
