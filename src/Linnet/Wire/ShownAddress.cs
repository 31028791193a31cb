using System.Buffers;
using System.Net;

namespace Linnet.Wire;

/// <summary>
/// Addresses as they may be shown: whatever password is in one is written as <c>***</c>. For logs, panels, errors and reports.
/// </summary>
public static class ShownAddress
{
    /// <summary>What stands for a password.</summary>
    public const string Hidden = "***";

    // What stands behind an address in a text, and never in one.
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n'\"<>");

    /// <summary>The address as it may be shown: <c>rtsp://user:***@host/live</c>.</summary>
    public static string Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Of(address.IsAbsoluteUri ? address.AbsoluteUri : address.OriginalString);
    }

    /// <summary>The same for text that somebody gave, whether it is an address or not.</summary>
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
            // Somebody wrote a password as it is: the last at sign ends it.
            at = text.LastIndexOf('@');
        }

        return at < 0 || colon < 0 || colon > at ? text : string.Concat(text.AsSpan(0, colon + 1), Hidden, text.AsSpan(at));
    }

    /// <summary>Text with addresses in it, each as it may be shown.</summary>
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

    /// <summary>Where the brackets of an IPv6 address end, -1: there is none.</summary>
    private static int EndOfBrackets(string text, int start) =>
        text.AsSpan(start).StartsWith('[') && text.IndexOf(']', start) is > 0 and int end
            && IPAddress.TryParse(text.AsSpan(start + 1, end - start - 1), out _) ? end : -1;

    /// <summary>
    /// Whether what looks like a host, perhaps with a port, up to a slash, ? or # is an account whose password has that character in it.
    /// </summary>
    private static bool HoldsPassword(string text, int start, int end, int colon)
    {
        if (end == text.Length || text[end] is '?' or '#')
        {
            // Few addresses have those right behind their host, and an at sign later. What is hidden for nothing does no harm.
            return end < text.Length;
        }

        return colon >= 0 && colon < end
            && (!IsPort(text.AsSpan(colon + 1, end - colon - 1))
                || (text.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) && IsUser(text, start, end, colon)));
    }

    /// <summary>
    /// Whether a camera's user with a password of digits and a slash is likelier than a host, a port and a path: hosts mostly have a dot,
    /// paths seldom an at sign.
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
