namespace Linnet.Wire.Sdp;

/// <summary>Checks that a value does not break its line or field.</summary>
/// <remarks>Source: RFC 8866 §9 (byte-string: anything but NUL, CR and LF).</remarks>
internal static class SdpGrammar
{
    /// <summary>Returns <paramref name="text"/> if it fits in one line.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static string Text(string text, string what) => text.AsSpan().ContainsAny('\0', '\r', '\n')
        ? throw new ArgumentException($"{what} must not hold line breaks or zeros.", nameof(text))
        : text;

    /// <summary>Returns <paramref name="text"/> if it fits in one field: not empty and without white space.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static string Field(string text, string what) => text.Length == 0 || text.AsSpan().ContainsAny(" \t\0\r\n")
        ? throw new ArgumentException($"{what} must be one word, not '{text}'.", nameof(text))
        : text;
}
