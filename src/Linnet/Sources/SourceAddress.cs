namespace Linnet.Sources;

/// <summary>Distinguishes network addresses from paths.</summary>
internal static class SourceAddress
{
    /// <summary>
    /// Whether <paramref name="text"/> begins like a URL: a scheme of at least two letters (RFC 3986 §3.1), then <c>://</c>.
    /// </summary>
    /// <remarks>A single letter is a Windows drive.</remarks>
    internal static bool IsUrl(ReadOnlySpan<char> text)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        return end >= 2 && char.IsAsciiLetter(text[0]) && text[..end].IndexOfAnyExcept(SchemeCharacters) < 0;
    }

    /// <summary>
    /// The host of a path that Windows would look up on the network, <c>\\HOST\SHARE\…</c>; the lookup logs in there.
    /// <see langword="null"/> for any other path. Both kinds of slash count, on every system.
    /// </summary>
    /// <remarks>Device paths (<c>\\?\</c>, <c>\\.\</c>, <c>\??\</c>) are treated the same, with the host <c>?</c>.</remarks>
    internal static string? HostOfShare(ReadOnlySpan<char> path)
    {
        bool isNative = path.Length >= 4 && IsSlash(path[0]) && path[1] == '?' && path[2] == '?' && IsSlash(path[3]);
        if (!isNative && !(path.Length >= 2 && IsSlash(path[0]) && IsSlash(path[1])))
        {
            return null;
        }

        string[] parts = path.ToString().Split(['/', '\\'], 5, StringSplitOptions.RemoveEmptyEntries);
        string host = parts.Length == 0 ? "?" : parts[0];
        return host is not ("?" or "." or "??") ? host
            : parts.Length > 2 && parts[1].Equals("UNC", StringComparison.OrdinalIgnoreCase) ? parts[2]
            : "?";
    }

    private static bool IsSlash(char c) => c is '/' or '\\';

    private static System.Buffers.SearchValues<char> SchemeCharacters { get; } =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
}
