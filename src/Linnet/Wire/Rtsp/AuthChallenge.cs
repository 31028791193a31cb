using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>One authentication scheme that a server accepts, from <c>WWW-Authenticate</c>.</summary>
/// <remarks>Source: RFC 7235 §4.1, RFC 7616 §3.3, RFC 7617 §2. A malformed part ends the reading; challenges read until then
/// count.</remarks>
internal sealed class AuthChallenge
{
    /// <summary>The most challenges that are read; real servers send one to three.</summary>
    internal const int MaxChallenges = 16;

    private readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    private AuthChallenge(string scheme) => Scheme = scheme;

    /// <summary><c>Basic</c>, <c>Digest</c>, or an unsupported scheme. Compared without case.</summary>
    internal string Scheme { get; }

    /// <summary>Whether the password is sent in clear text.</summary>
    internal bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the server asks for a proof of the password, supported or not.</summary>
    internal bool AsksForProof => Scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the server asks for a proof of the password that is supported: see <see cref="DigestProof"/>.</summary>
    internal bool IsDigest => AsksForProof && Nonce is not null && DigestProof.IsSpoken(this);

    /// <summary>The server's nonce, which makes each proof new; <see langword="null"/>: none.</summary>
    internal string? Nonce => this["nonce"];

    /// <summary>Whether only the nonce was too old: the password was not rejected.</summary>
    internal bool IsStale => "true".Equals(this["stale"], StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A parameter's value, without its quotes; <see langword="null"/> if there is none. Names are compared without case.
    /// </summary>
    internal string? this[string name] => _parameters.GetValueOrDefault(name);

    /// <summary>Reads the values of all <c>WWW-Authenticate</c> lines of an answer. The text is untrusted. Never throws.</summary>
    internal static IReadOnlyList<AuthChallenge> ReadAll(IEnumerable<string> values)
    {
        var challenges = new List<AuthChallenge>();
        foreach (string value in values)
        {
            Read(value, challenges);
        }

        return challenges;
    }

    // Digest realm="a, b", nonce="c", Basic realm="d": a comma may stand between parameters as well as between challenges.
    private static void Read(string value, List<AuthChallenge> challenges)
    {
        AuthChallenge? current = null;
        int at = 0;
        while (true)
        {
            Skip(value, ref at, " \t,");
            int start = at;
            while (at < value.Length && MessageGrammar.IsToken(value.AsSpan(at, 1)))
            {
                at++;
            }

            if (at == start)
            {
                return;
            }

            string word = value[start..at];
            Skip(value, ref at, " \t");
            if (current is not null && at < value.Length && value[at] == '=')
            {
                at++;
                Skip(value, ref at, " \t");
                current._parameters.TryAdd(word, TakeValue(value, ref at));
            }
            else if (challenges.Count == MaxChallenges)
            {
                return;
            }
            else
            {
                challenges.Add(current = new AuthChallenge(word));
            }
        }
    }

    private static string TakeValue(string text, ref int at)
    {
        int start = at;
        if (at == text.Length || text[at] != '"')
        {
            while (at < text.Length && text[at] is not (',' or ' ' or '\t'))
            {
                at++;
            }

            return text[start..at];
        }

        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            value.Append(text[at]);
        }

        at = Math.Min(at + 1, text.Length);
        return value.ToString();
    }

    private static void Skip(string text, ref int at, string what)
    {
        while (at < text.Length && what.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }
    }
}
