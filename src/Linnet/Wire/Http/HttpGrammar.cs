using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>The character rules specific to HTTP; see <see cref="MessageGrammar"/>.</summary>
/// <remarks>Source: RFC 9112 §3.2.</remarks>
internal static class HttpGrammar
{
    /// <summary>
    /// A request target: one or more visible characters. Non-ASCII bytes are allowed: sources use them in mounts and titles.
    /// </summary>
    internal static bool IsTarget(ReadOnlySpan<char> text) =>
        !text.IsEmpty && MessageGrammar.IsText(text) && !text.ContainsAny(' ', '\t');
}
