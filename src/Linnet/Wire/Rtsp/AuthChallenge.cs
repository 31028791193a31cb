using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>One way in which a server wants to be told who asks, as <c>WWW-Authenticate</c> names it.</summary>
/// <remarks>Source: RFC 7235 §4.1, RFC 7616 §3.3, RFC 7617 §2. What is malformed ends the reading, and what was read until then
/// counts.</remarks>
internal sealed class AuthChallenge
{
    /// <summary>Ways that are read; real servers name one to three.</summary>
    internal const int MaxChallenges = 16;

    private readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    private AuthChallenge(string scheme) => Scheme = scheme;

    /// <summary><c>Basic</c>, <c>Digest</c>, or one that nobody here speaks. Compared without case.</summary>
    internal string Scheme { get; }

    /// <summary>Whether the password may be sent as it is.</summary>
    internal bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a proof of the password is asked for, in whatever way.</summary>
    internal bool AsksForProof => Scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a proof of the password is asked for, in a way that is spoken here: see <see cref="DigestProof"/>.</summary>
    internal bool IsDigest => AsksForProof && Nonce is not null && DigestProof.IsSpoken(this);

    /// <summary>What the server wants in the proof, so that it proves something now; <see langword="null"/>: nothing.</summary>
    internal string? Nonce => this["nonce"];

    /// <summary>Whether only the nonce was too old: who asks was not found wanting.</summary>
    internal bool IsStale => "true".Equals(this["stale"], StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A parameter's value, without its quotes; <see langword="null"/> if there is none. Names are compared without case.
    /// </summary>
    internal string? this[string name] => _parameters.GetValueOrDefault(name);

    /// <summary>Reads the values of all <c>WWW-Authenticate</c> lines of an answer, which came from anyone. Never throws.</summary>
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
