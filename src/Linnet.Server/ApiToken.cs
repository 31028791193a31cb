using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Linnet.Access;

namespace Linnet.Server;

/// <summary>Bearer tokens for the API. They are random and long, so that a fast hash protects them.</summary>
internal static class ApiToken
{
    private const int Bytes = 32;

    /// <summary>A new token, in the characters of Base64 for URLs.</summary>
    internal static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The hash of a token, for <see cref="Account.TokenHashes"/>.</summary>
    internal static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Whether a text is such a hash.</summary>
    internal static bool IsHash(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigit);
}
