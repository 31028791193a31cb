using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Linnet.Wire.Rtsp;

/// <summary>Proves a password without sending it: the <c>Digest</c> scheme.</summary>
/// <remarks>
/// Source: RFC 7616 §3.4, and RFC 2069 for servers that name no <c>qop</c>. Supports MD5, which cameras use, and SHA-256, both also
/// as <c>-sess</c>, without <c>qop</c> or with <c>auth</c>.
/// </remarks>
internal static class DigestProof
{
    /// <summary>Whether the challenge can be answered.</summary>
    internal static bool IsSpoken(AuthChallenge challenge) =>
        AlgorithmOf(challenge) is "MD5" or "MD5-SESS" or "SHA-256" or "SHA-256-SESS" && (challenge["qop"] is null || WantsCount(challenge));

    /// <summary>Whether its algorithm has not been broken.</summary>
    internal static bool IsStrong(AuthChallenge challenge) => AlgorithmOf(challenge).StartsWith("SHA-256", StringComparison.Ordinal);

    /// <summary>The value of <c>Authorization</c> for a request.</summary>
    /// <param name="challenge">The server's challenge; it must be supported.</param>
    /// <param name="credentials">The user and password.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="uri">The request's URI, as it is sent.</param>
    /// <param name="count">Requests so far with this nonce, this one included.</param>
    /// <param name="clientNonce">The client's nonce, without quotes.</param>
    internal static string Write(
        AuthChallenge challenge, RtspCredentials credentials, string method, string uri, uint count, string clientNonce)
    {
        string realm = challenge["realm"] ?? "";
        string nonce = challenge.Nonce ?? "";
        string counted = count.ToString("x8", CultureInfo.InvariantCulture);
        bool isSession = IsSession(challenge);
        bool wantsCount = WantsCount(challenge);
        string proof = Compute(challenge, credentials.User, credentials.Password, method, uri, counted, clientNonce);

        var text = new StringBuilder("Digest ");
        text.Append(CultureInfo.InvariantCulture,
            $"username={Quoted(credentials.User)}, realm={Quoted(realm)}, nonce={Quoted(nonce)}, uri={Quoted(uri)}, response=\"{proof}\"");
        if (challenge["algorithm"] is string algorithm)
        {
            text.Append(", algorithm=").Append(algorithm);
        }

        if (challenge["opaque"] is string opaque)
        {
            text.Append(", opaque=").Append(Quoted(opaque));
        }

        if (wantsCount)
        {
            text.Append(CultureInfo.InvariantCulture, $", qop=auth, nc={counted}");
        }

        return wantsCount || isSession ? text.Append(", cnonce=").Append(Quoted(clientNonce)).ToString() : text.ToString();
    }

    /// <summary>Whether a client's <c>Authorization</c> proves a password. The nonce is for the caller to judge.</summary>
    /// <param name="answer">The header, read as a challenge is: it has the same form.</param>
    /// <param name="password">The password.</param>
    /// <param name="method">The request's method.</param>
    internal static bool IsRight(AuthChallenge answer, string password, string method)
    {
        string wanted = Compute(
            answer, answer["username"] ?? "", password, method, answer["uri"] ?? "", answer["nc"] ?? "", answer["cnonce"] ?? "");
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(wanted), Encoding.UTF8.GetBytes((answer["response"] ?? "").ToLowerInvariant()));
    }

    private static string Compute(
        AuthChallenge challenge, string name, string password, string method, string uri, string counted, string clientNonce)
    {
        string nonce = challenge.Nonce ?? "";
        string user = Hash(challenge, $"{name}:{challenge["realm"] ?? ""}:{password}");
        user = IsSession(challenge) ? Hash(challenge, $"{user}:{nonce}:{clientNonce}") : user;
        string request = Hash(challenge, $"{method}:{uri}");
        return Hash(challenge, WantsCount(challenge)
            ? $"{user}:{nonce}:{counted}:{clientNonce}:auth:{request}" : $"{user}:{nonce}:{request}");
    }

    private static bool IsSession(AuthChallenge challenge) => AlgorithmOf(challenge).EndsWith("-SESS", StringComparison.Ordinal);

    private static bool WantsCount(AuthChallenge challenge) =>
        challenge["qop"]?.Split(',', StringSplitOptions.TrimEntries).Contains("auth", StringComparer.OrdinalIgnoreCase) == true;

    private static string AlgorithmOf(AuthChallenge challenge) => challenge["algorithm"]?.ToUpperInvariant() ?? "MD5";

    private static string Hash(AuthChallenge challenge, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5351 // The scheme says so, and cameras know no other.
        return Convert.ToHexStringLower(IsStrong(challenge) ? SHA256.HashData(bytes) : MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
