using System.Globalization;
using System.Text;
using Linnet.Audio;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>The parts of a request's target.</summary>
/// <remarks>Source: RFC 9112 §3.2: origin form, absolute form (which every server must take) and <c>*</c>.</remarks>
internal readonly record struct HttpTarget(string Path, string Query, string Authority)
{
    private const int MaxAuthority = 255;

    /// <summary>Reads a target. False: it names nothing here.</summary>
    internal static bool TryParse(string target, out HttpTarget parts)
    {
        parts = new HttpTarget("*", "", "");
        if (target == "*")
        {
            return true;
        }

        string authority = "";
        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && target[0] != '/')
        {
            string rest = target[(scheme + 3)..];
            int end = rest.AsSpan().IndexOfAny('/', '?');
            authority = UsableAuthority(end < 0 ? rest : rest[..end]);
            target = end < 0 ? "/" : rest[end] == '?' ? "/" + rest[end..] : rest[end..];
            if (authority.Length == 0)
            {
                return false;
            }
        }

        int hash = target.IndexOf('#', StringComparison.Ordinal);
        target = hash < 0 ? target : target[..hash];
        int question = target.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? target : target[..question];
        if (!path.StartsWith('/') || !TryDecode(path, out string decoded))
        {
            return false;
        }

        parts = new HttpTarget(decoded, question < 0 ? "" : target[(question + 1)..], authority);
        return true;
    }

    /// <summary>A host and perhaps a port, if it can be part of an address; otherwise empty.</summary>
    internal static string UsableAuthority(string? text)
    {
        if (text is null || text.Length is 0 or > MaxAuthority)
        {
            return "";
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or ':' or '[' or ']' or '%' or '~'))
            {
                return "";
            }
        }

        return text;
    }

    private static bool TryDecode(string path, out string decoded)
    {
        decoded = ByteText.ToText(path);
        if (path.Contains('%', StringComparison.Ordinal))
        {
            if (!PercentEncoding.TryDecode(path, plusIsSpace: false, out byte[] bytes))
            {
                return false;
            }

            decoded = TagText.Decoded(bytes);
        }

        return MessageGrammar.IsText(decoded);
    }
}

/// <summary>Text with <c>%XX</c> in it.</summary>
/// <remarks>Source: RFC 3986 §2.1.</remarks>
internal static class PercentEncoding
{
    /// <summary>
    /// The bytes it stands for, those of a <see cref="ByteText"/> among them. False: a <c>%</c> without its two digits, and
    /// <paramref name="isLenient"/> does not let it stand for itself.
    /// </summary>
    internal static bool TryDecode(ReadOnlySpan<char> text, bool plusIsSpace, out byte[] bytes, bool isLenient = false)
    {
        byte[] decoded = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        bytes = [];
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '%')
            {
                if (i + 2 < text.Length
                    && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                {
                    decoded[length++] = value;
                    i += 2;
                    continue;
                }

                if (!isLenient)
                {
                    return false;
                }
            }

            int run = 1 + text[(i + 1)..].IndexOfAny('%', '+') is var found and > 0 ? found : text.Length - i;
            if (c == '+' && plusIsSpace)
            {
                decoded[length++] = (byte)' ';
                continue;
            }

            byte[] plain = ByteText.Encode(text.Slice(i, run));
            plain.CopyTo(decoded, length);
            length += plain.Length;
            i += run - 1;
        }

        bytes = decoded[..length];
        return true;
    }
}
