using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>The character rules specific to RTSP; see <see cref="MessageGrammar"/>.</summary>
/// <remarks>Source: RFC 2326 §15.1; RFC 2616 §2.2.</remarks>
internal static class RtspGrammar
{
    /// <summary>A request URI: one or more visible ASCII characters.</summary>
    public static bool IsUri(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('!', '~');
}
