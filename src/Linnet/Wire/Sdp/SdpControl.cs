using System.Buffers;

namespace Linnet.Wire.Sdp;

/// <summary>What the <c>a=control</c> attribute stands for.</summary>
public static class SdpControl
{
    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>The URI to control a stream, or a whole session, by.</summary>
    /// <param name="baseUri">
    /// For the session, <c>RtspResponse.BaseUri</c>; for a stream, what this gave for the session.
    /// </param>
    /// <param name="control">The attribute's value: absolute, relative, <c>*</c> or missing (the last two: the base itself).</param>
    /// <remarks>
    /// Source: RFC 2326 §C.1.1. A relative value is put behind the base, with a slash between them, and not in the place of the base's last
    /// part as RFC 1808 would have it: that is what servers expect and what ffmpeg and live555 do, queries included. One that starts with a
    /// slash is on the base's server (RFC 3986 §5.2); a client whom that server answers 404 puts it behind the base as well.
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

    // A scheme, then "://": a colon alone may stand in a track's name.
    private static bool IsAbsolute(string control)
    {
        int end = control.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && char.IsAsciiLetter(control[0])
            && !control.AsSpan(0, end).ContainsAnyExcept(SchemeCharacters);
    }
}
