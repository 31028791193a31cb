using System.Buffers;
using System.Text;

namespace Linnet.Audio;

/// <summary>
/// Text of bytes that may be no UTF-8, such as the name of a file on Linux: each byte that is none is one lone surrogate, U+DC80 to U+DCFF.
/// So the same bytes come out again, and what is UTF-8 is ordinary text.
/// </summary>
/// <remarks>For comparing, splitting and handing on. What people see goes through <see cref="Shown"/>.</remarks>
internal static class ByteText
{
    private const char FirstByte = '\uDC80';
    private const char LastByte = '\uDCFF';
    private const char Base = '\uDC00';

    /// <summary>Reads bytes, losing none.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) is OperationStatus.Done)
            {
                text.Append(rune);
            }
            else
            {
                foreach (byte part in bytes[..length])
                {
                    text.Append((char)(Base + part));
                }
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes that were read; those of UTF-8 for any other text.</summary>
    internal static byte[] Encode(ReadOnlySpan<char> text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length + 8);
        Span<byte> utf8 = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            int length = 1;
            if (text[0] is >= FirstByte and <= LastByte)
            {
                bytes.Write([(byte)(text[0] - Base)]);
            }
            else
            {
                // What is no rune comes out as U+FFFD.
                Rune.DecodeFromUtf16(text, out Rune rune, out length);
                bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
            }

            text = text[length..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Whether it holds bytes that are no UTF-8.</summary>
    internal static bool HasBytes(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]))
            {
                i++;
            }
            else if (text[i] is >= FirstByte and <= LastByte)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>It as text: all of its bytes in <paramref name="encoding"/>, or in Windows-1252, if they are not UTF-8.</summary>
    internal static string ToText(string text, Encoding? encoding = null) =>
        encoding is not null ? encoding.GetString(Encode(text))
        : HasBytes(text) ? Windows1252.Decode(Encode(text))
        : text;

    /// <summary>
    /// A path for people. Each name in it is read for itself, as folders are not named by the same program as what is in them.
    /// </summary>
    internal static string Shown(string path) =>
        HasBytes(path) ? string.Join('/', path.Split('/').Select(static name => ToText(name))) : path;
}
