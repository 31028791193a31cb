using System.Buffers;

namespace Linnet.Wire.Messages;

/// <summary>
/// The characters allowed in the messages of HTTP and RTSP. Readers refuse other characters, writers throw.
/// </summary>
/// <remarks>Source: RFC 9110 §5.5, §5.6.2; RFC 2326 §15.1.</remarks>
internal static class MessageGrammar
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    // Everything but controls; a tab is white space and may stay.
    private static readonly SearchValues<char> Control = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(c => c != '\t').Select(c => (char)c), '\x7F']);

    /// <summary>A method or a header's name: one or more visible ASCII characters that are not separators.</summary>
    internal static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>A header's value or a reason phrase: anything without line breaks and other controls.</summary>
    internal static bool IsText(ReadOnlySpan<char> text) => !text.ContainsAny(Control);
}
