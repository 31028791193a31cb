using System.Buffers;

namespace Linnet.Wire;

/// <summary>Addresses as they may be shown: whatever password is in one is written as <c>***</c>. For logs, panels, errors and reports.</summary>
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
        int colon = text.IndexOf(':', start);
        if (at < 0 && colon >= 0 && colon < end && !IsPort(text.AsSpan(colon + 1, end - colon - 1)))
        {
            // Somebody wrote a password as it is, with a slash in it perhaps: the last at sign ends it.
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

    private static bool IsPort(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
