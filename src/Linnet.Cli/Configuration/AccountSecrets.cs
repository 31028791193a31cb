using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Linnet.Access;

namespace Linnet.Cli.Configuration;

/// <summary>The secrets that Linnet makes, as they are written in the configuration file.</summary>
internal static class AccountSecrets
{
    /// <summary>The shortest stream token: what protects it against guessing is its length alone.</summary>
    public const int MinTokenLength = 12;

    private const int KeyLength = 32;
    private const int MinKeyLength = 16;
    private const int MaxIdLength = 16;

    /// <summary>A stream token: 120 random bits, without characters that need care in an address.</summary>
    public static string NewStreamToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(15));

    /// <summary>A key for links, such as <c>20260131a:BASE64</c>.</summary>
    /// <param name="now">Gives its identifier.</param>
    /// <param name="used">Identifiers that it may not have.</param>
    public static string NewKey(DateTimeOffset now, IEnumerable<string> used)
    {
        string day = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        string id = Enumerable.Range(0, int.MaxValue)
            .Select(i => i < 26 ? $"{day}{(char)('a' + i)}" : string.Create(CultureInfo.InvariantCulture, $"{day}{i}"))
            .Except(used).First();
        return $"{id}:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength))}";
    }

    /// <summary>Reads a key for links.</summary>
    /// <param name="text">An identifier, a colon, and the key in Base64.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">Otherwise what is wrong, without the key, as the rest of a sentence after the setting's name.</param>
    public static bool TryParseKey(string text, [NotNullWhen(true)] out LinkKey? key, [NotNullWhen(false)] out string? problem)
    {
        const string Remedy = "run 'linnet link --new-key', which makes one";
        (key, problem) = (null, null);
        byte[] secret = new byte[text.Length];
        if (text.Split(':') is not [{ Length: > 0 and <= MaxIdLength } id, var base64] || !id.All(char.IsAsciiLetterOrDigit)
            || !Convert.TryFromBase64String(base64, secret, out int length))
        {
            problem = $"must have keys such as \"a1:BASE64\", with an identifier of at most {MaxIdLength} letters and digits: {Remedy}";
            return false;
        }

        if (length < MinKeyLength)
        {
            problem = $"has the key {id} with {length} bytes, and a key needs at least {MinKeyLength}: {Remedy}";
            return false;
        }

        key = new LinkKey(id, secret.AsMemory(0, length));
        return true;
    }
}
