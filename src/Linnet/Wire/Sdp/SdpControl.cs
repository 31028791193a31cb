using System.Buffers;

namespace Linnet.Wire.Sdp;

/// <summary>Resolves the <c>a=control</c> attribute.</summary>
internal static class SdpControl
{
    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>Gets the URI that controls a stream or a whole session.</summary>
    /// <param name="baseUri">
    /// For the session, <c>RtspResponse.BaseUri</c>. For a stream, this method's result for the session.
    /// </param>
    /// <param name="control">The attribute's value: absolute, relative, <c>*</c> or missing. The last two mean the base itself.</param>
    /// <remarks>
    /// Source: RFC 2326 §C.1.1. A relative value is appended to the base after a slash; it does not replace the base's last part as in
    /// RFC 1808. Servers expect this, and ffmpeg and live555 do it, even with a query. A value that starts with a slash is resolved at
    /// the base's server (RFC 3986 §5.2); if the server answers 404, clients also try it appended to the base.
    /// </remarks>
    public static string Resolve(string baseUri, string? control)
    {
        if (string.IsNullOrEmpty(control) || control == "*")
        {
            return baseUri;
        }

        if (IsAbsolute(control))
        {
            return control;
        }

        if (control[0] == '/' && baseUri.IndexOf("://", StringComparison.Ordinal) is int scheme and > 0)
        {
            int path = baseUri.AsSpan(scheme + 3).IndexOfAny('/', '?');
            return control.StartsWith("//", StringComparison.Ordinal) ? baseUri[..(scheme + 1)] + control
                : path < 0 ? baseUri + control
                : baseUri[..(scheme + 3 + path)] + control;
        }

        return baseUri.Length == 0 || baseUri.EndsWith('/') || control[0] == '/' ? baseUri + control : $"{baseUri}/{control}";
    }

    // A scheme is followed by "://". A colon alone may be part of a track's name.
    private static bool IsAbsolute(string control)
    {
        int end = control.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && char.IsAsciiLetter(control[0])
            && !control.AsSpan(0, end).ContainsAnyExcept(SchemeCharacters);
    }
}
