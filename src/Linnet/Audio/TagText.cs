using System.Text;

namespace Linnet.Audio;

/// <summary>Decodes the bytes of tags, which may be in any encoding and hold anything.</summary>
internal static class TagText
{
    /// <summary>The longest title or artist kept, in UTF-16 units.</summary>
    internal const int MaxLength = 256;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8 if valid, otherwise Windows-1252; <see langword="null"/> if nothing readable is left.</summary>
    /// <param name="bytes">The bytes; untrusted.</param>
    /// <param name="encoding">The declared encoding, if there is one. See <see cref="NamedEncoding"/>.</param>
    internal static string? Decode(ReadOnlySpan<byte> bytes, Encoding? encoding = null)
    {
        // A character takes at most four bytes in UTF-8.
        bytes = Front(bytes, 4 * (MaxLength + 1));
        return Clean(Decoded(bytes, encoding));
    }

    /// <summary>
    /// One line without control characters, trimmed, at most <see cref="MaxLength"/> long; <see langword="null"/> if empty.
    /// </summary>
    internal static string? Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            if (!IsInvisible(rune))
            {
                clean.Append(rune);
            }
            else if (clean.Length > 0 && clean[^1] != ' ')
            {
                clean.Append(' ');
            }
        }

        string trimmed = clean.ToString().Trim();
        return trimmed.Length == 0 ? null : trimmed;
    }

    /// <summary>
    /// The whole of <paramref name="bytes"/> in <paramref name="encoding"/>; without one as UTF-8 if it is valid, else as Windows-1252.
    /// </summary>
    internal static string Decoded(ReadOnlySpan<byte> bytes, Encoding? encoding = null)
    {
        if (encoding is not null)
        {
            return encoding.GetString(bytes);
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Windows1252.Decode(bytes);
        }
    }

    /// <summary>
    /// The first <paramref name="most"/> bytes, but never a part of a UTF-8 character: the text would be taken for another encoding.
    /// </summary>
    private static ReadOnlySpan<byte> Front(ReadOnlySpan<byte> bytes, int most)
    {
        if (bytes.Length <= most)
        {
            return bytes;
        }

        int end = most;
        while (end > most - 4 && (bytes[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return bytes[..end];
    }

    // Control characters break lines and terminals; U+202A–U+202E and U+2066–U+2069 change the direction of the text around them.
    private static bool IsInvisible(Rune rune) =>
        Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFFFD;
}
