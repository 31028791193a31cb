using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Linnet.Access;

/// <summary>Why a signed link is not accepted.</summary>
internal enum LinkProblem
{
    /// <summary>It is accepted.</summary>
    None,

    /// <summary>It does not have the form of a link.</summary>
    Malformed,

    /// <summary>It is signed with a key that is not in use.</summary>
    UnknownKey,

    /// <summary>Its signature is wrong: it was changed, or made up.</summary>
    WrongSignature,

    /// <summary>It has expired.</summary>
    Expired,

    /// <summary>It is for another station or rendition.</summary>
    OtherPath,
}

/// <summary>
/// A signed link: a segment before the path, <c>/~TOKEN/jazz.mp3</c>, that opens one station until it expires. Pure.
/// </summary>
/// <remarks>
/// <c>KEY.EXPIRY.STATION[.RENDITION_RENDITION…].SIGNATURE</c>: the key's identifier, Unix seconds, names, and the first 128 bits of an
/// HMAC-SHA-256 of all before it, in base64url. These characters need no escaping in a URL, and each link has one spelling. Source:
/// docs/wire/links.md.
/// </remarks>
/// <param name="Key">The identifier of the key.</param>
/// <param name="Expires">When it expires, in Unix seconds.</param>
/// <param name="Station">The station.</param>
/// <param name="Renditions">The renditions, in alphabetical order; empty: all.</param>
internal sealed record SignedLink(string Key, long Expires, string Station, IReadOnlyList<string> Renditions)
{
    /// <summary>The most characters of a token.</summary>
    internal const int MaxLength = 512;

    /// <summary>What a segment with a token begins with.</summary>
    internal const char Mark = '~';

    private const int SignatureBytes = 16;
    private const string Purpose = "linnet-link-1\n";

    /// <summary>The link's token, signed.</summary>
    internal string Sign(ReadOnlySpan<byte> secret)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Key}.{Expires}.{Station}");
        text = Renditions.Count == 0 ? text : $"{text}.{string.Join('_', Renditions)}";
        return $"{text}.{SignatureOf(text, secret)}";
    }

    /// <summary>Divides a path whose first segment is a link: <c>/~TOKEN/jazz.mp3</c>. The token may be anything.</summary>
    /// <param name="path">The path, decoded.</param>
    /// <param name="token">The token, without its mark.</param>
    internal static bool TrySplit(string path, [NotNullWhen(true)] out string? token)
    {
        token = null;
        int end = path.Length > 2 && path[0] == '/' && path[1] == Mark ? path.IndexOf('/', 2) : -1;
        if (end < 0)
        {
            return false;
        }

        token = path[2..end];
        return true;
    }

    /// <summary>Reads a token and verifies its signature. Whether it has expired is for the caller.</summary>
    /// <param name="token">The token, from anyone.</param>
    /// <param name="keys">The keys in use.</param>
    /// <param name="link">The link, if its signature is right.</param>
    internal static LinkProblem Read(string token, IReadOnlyList<LinkKey> keys, out SignedLink? link)
    {
        link = null;
        int end = token.LastIndexOf('.');
        if (token.Length > MaxLength || end < 0 || token[..end].Split('.') is not { Length: 3 or 4 } parts
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long expires))
        {
            return LinkProblem.Malformed;
        }

        if (keys.FirstOrDefault(key => key.Id == parts[0]) is not LinkKey key)
        {
            return LinkProblem.UnknownKey;
        }

        byte[] wanted = Encoding.UTF8.GetBytes(SignatureOf(token[..end], key.Secret.Span));
        if (!CryptographicOperations.FixedTimeEquals(wanted, Encoding.UTF8.GetBytes(token[(end + 1)..])))
        {
            return LinkProblem.WrongSignature;
        }

        link = new SignedLink(parts[0], expires, parts[2], parts.Length == 4 ? parts[3].Split('_') : []);
        return LinkProblem.None;
    }

    private static string SignatureOf(string text, ReadOnlySpan<byte> secret)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(Purpose + text), mac);
        return Base64Url.EncodeToString(mac[..SignatureBytes]);
    }
}
