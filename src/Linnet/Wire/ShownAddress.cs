using System.Buffers;
using System.Net;

namespace Linnet.Wire;

/// <summary>
/// Formats addresses for display, with passwords replaced by <c>***</c>. For logs, panels, errors and reports.
/// </summary>
internal static class ShownAddress
{
    /// <summary>Replaces a password.</summary>
    public const string Hidden = "***";

    // A placeholder in advice such as http://USER:PASSWORD@HOST/ is no secret.
    private const string Placeholder = "PASSWORD";

    // Characters that end an address within a text.
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n'\"<>");

    /// <summary>Formats an address for display: <c>rtsp://user:***@host/live</c>.</summary>
    public static string Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Of(address.IsAbsoluteUri ? address.AbsoluteUri : address.OriginalString);
    }

    /// <summary>The same for any text entered by a user, even if it is not a valid address.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        int start = scheme < 0 ? 0 : scheme + 3;
        int length = text.AsSpan(start).IndexOfAny('/', '?', '#');
        int end = length < 0 ? text.Length : start + length;
        int at = text.AsSpan(start, end - start).LastIndexOf('@') is int last and >= 0 ? start + last : -1;
        int bracket = EndOfBrackets(text, start);
        int colon = text.IndexOf(':', Math.Max(start, bracket));
        if (at < 0 && bracket < 0 && HoldsPassword(text, start, end, colon))
        {
            // The password is not percent-encoded, so the last at sign ends it.
            at = text.LastIndexOf('@');
        }

        return at < 0 || colon < 0 || colon > at || text.AsSpan(colon + 1, at - colon - 1) is Placeholder ? text
            : string.Concat(text.AsSpan(0, colon + 1), Hidden, text.AsSpan(at));
    }

    /// <summary>Hides the passwords of all addresses in a text.</summary>
    public static string InText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (int at = 0; (at = text.IndexOf("://", at, StringComparison.Ordinal)) >= 0;)
        {
            int length = text.AsSpan(at).IndexOfAny(Ends);
            int end = length < 0 ? text.Length : at + length;
            string shown = Of(text[at..end]);
            text = string.Concat(text.AsSpan(0, at), shown, text.AsSpan(end));
            at += shown.Length;
        }

        return text;
    }

    /// <summary>Finds where the brackets of an IPv6 address end; -1 if there are none.</summary>
    private static int EndOfBrackets(string text, int start) =>
        text.AsSpan(start).StartsWith('[') && text.IndexOf(']', start) is > 0 and int end
            && IPAddress.TryParse(text.AsSpan(start + 1, end - start - 1), out _) ? end : -1;

    /// <summary>
    /// Whether text that looks like a host, up to a slash, ? or #, is really a user whose password contains that character.
    /// </summary>
    private static bool HoldsPassword(string text, int start, int end, int colon)
    {
        if (end == text.Length || text[end] is '?' or '#')
        {
            // Few addresses have such a character right after the host and an at sign later. Hiding too much does no harm.
            return end < text.Length;
        }

        return colon >= 0 && colon < end
            && (!IsPort(text.AsSpan(colon + 1, end - colon - 1))
                || (text.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) && IsUser(text, start, end, colon)));
    }

    /// <summary>
    /// Whether "user:digits/…" is more likely a camera's user and password than a host, a port and a path. Host names mostly have a
    /// dot; paths seldom have an at sign.
    /// </summary>
    private static bool IsUser(string text, int start, int end, int colon)
    {
        ReadOnlySpan<char> name = text.AsSpan(start, colon - start);
        ReadOnlySpan<char> rest = text.AsSpan(end);
        int at = rest.LastIndexOf('@');
        return at >= 0 && !name.Contains('.') && !name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            && (!rest[..at].Contains('?') || rest[at..].ContainsAny('.', ':', '['));
    }

    private static bool IsPort(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
