using System.Buffers;
using System.Text;

namespace Linnet.Audio;

/// <summary>
/// Text made from bytes that may not be UTF-8, such as a file name on Linux. Each byte that is not UTF-8 becomes one lone surrogate, U+DC80
/// to U+DCFF, so encoding the text gives the same bytes. Bytes that are UTF-8 become ordinary text.
/// </summary>
/// <remarks>For comparing, splitting and passing on. Use <see cref="Shown"/> for text that people see.</remarks>
internal static class ByteText
{
    private const char FirstByte = '\uDC80';
    private const char LastByte = '\uDCFF';
    private const char Base = '\uDC00';

    /// <summary>Decodes bytes without losing any.</summary>
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

    /// <summary>The original bytes of decoded text; UTF-8 for any other text.</summary>
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
                // An invalid surrogate comes out as U+FFFD.
                Rune.DecodeFromUtf16(text, out Rune rune, out length);
                bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
            }

            text = text[length..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Whether the text holds bytes that are not UTF-8.</summary>
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

    /// <summary>Readable text. Text with bytes that are not UTF-8 is read in <paramref name="encoding"/> or else Windows-1252.</summary>
    internal static string ToText(string text, Encoding? encoding = null) =>
        encoding is not null ? encoding.GetString(Encode(text))
        : HasBytes(text) ? Windows1252.Decode(Encode(text))
        : text;

    /// <summary>
    /// A path to show to people. Each name in it is decoded separately, since different programs may have named the folders and the files.
    /// </summary>
    internal static string Shown(string path) =>
        HasBytes(path) ? string.Join('/', path.Split('/').Select(static name => ToText(name))) : path;
}
