using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>Which characters may stand in HTTP alone; see <see cref="MessageGrammar"/>.</summary>
/// <remarks>Source: RFC 9112 §3.2.</remarks>
internal static class HttpGrammar
{
    /// <summary>
    /// A request target: one or more visible characters. Beyond ASCII is let through: sources write mounts and titles so.
    /// </summary>
    internal static bool IsTarget(ReadOnlySpan<char> text) =>
        !text.IsEmpty && MessageGrammar.IsText(text) && !text.ContainsAny(' ', '\t');
}
