using System.Text;

namespace Linnet.Audio;

/// <summary>Makes text of the bytes in a file's tags, which may be in any encoding and hold anything.</summary>
internal static class TagText
{
    /// <summary>The longest title or artist kept, in UTF-16 units.</summary>
    internal const int MaxLength = 256;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8 if it is that, else Latin-1; <see langword="null"/> if nothing readable is left.</summary>
    internal static string? Decode(ReadOnlySpan<byte> bytes)
    {
        // Four bytes are the most that one character of UTF-8 takes.
        bytes = bytes[..Math.Min(bytes.Length, 4 * (MaxLength + 1))];
        return Clean(DecodeUtf8OrLatin1(bytes));
    }

    /// <summary>One line without control characters, trimmed, at most <see cref="MaxLength"/> long; <see langword="null"/> if empty.</summary>
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

    /// <summary>The whole of <paramref name="bytes"/>, as UTF-8 if it is valid, else as Latin-1.</summary>
    internal static string DecodeUtf8OrLatin1(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    // Controls break lines and terminals; U+202A–U+202E and U+2066–U+2069 turn the text around them.
    private static bool IsInvisible(Rune rune) =>
        Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFFFD;
}
