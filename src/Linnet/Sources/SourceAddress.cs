namespace Linnet.Sources;

/// <summary>Tells the addresses of things on a network from paths.</summary>
internal static class SourceAddress
{
    /// <summary>Whether <paramref name="text"/> begins like a URL: a scheme of two letters or more (RFC 3986 §3.1), then <c>://</c>.</summary>
    /// <remarks>One letter is a Windows drive.</remarks>
    internal static bool IsUrl(ReadOnlySpan<char> text)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        return end >= 2 && char.IsAsciiLetter(text[0]) && text[..end].IndexOfAnyExcept(SchemeCharacters) < 0;
    }

    private static System.Buffers.SearchValues<char> SchemeCharacters { get; } =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
}
