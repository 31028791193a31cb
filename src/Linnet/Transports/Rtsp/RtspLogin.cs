using System.Security.Cryptography;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Authenticates to one server in a way that it accepts: with a digest if possible, otherwise with the password itself.</summary>
/// <remarks>Sends nothing before the server asks. Outlives a connection, since some servers close theirs when they ask.</remarks>
internal sealed class RtspLogin(RtspCredentials credentials)
{
    // A nonce may be stale by the time it is used. A server that says so more often has another problem.
    private const int MaxStale = 2;

    private readonly Lock _lock = new();
    private AuthChallenge? _challenge;
    private string _clientNonce = "";
    private uint _count;

    /// <summary>The server's latest challenge; <see langword="null"/> before the first.</summary>
    internal AuthChallenge? Challenge => Volatile.Read(ref _challenge);

    /// <summary>Creates a login with the user and password of an address; <see langword="null"/> if it has none.</summary>
    internal static RtspLogin? Of(RtspUri address) =>
        address.Credentials is RtspCredentials credentials ? new RtspLogin(credentials) : null;

    /// <summary>Adds credentials to a request about to be sent, if the server has asked for them.</summary>
    internal void Sign(RtspRequest request)
    {
        lock (_lock)
        {
            if (_challenge is null)
            {
                return;
            }

            request.Headers[RtspHeaderNames.Authorization] = _challenge.IsBasic
                ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.User}:{credentials.Password}"))}"
                : DigestProof.Write(_challenge, credentials, request.Method, request.Uri, ++_count, _clientNonce);
        }
    }

    /// <summary>Handles a 401 response.</summary>
    /// <param name="request">The request that was refused.</param>
    /// <param name="answer">The 401 response.</param>
    /// <param name="tries">Earlier refusals of this request.</param>
    /// <returns>Whether to send the request again.</returns>
    internal bool TryTake(RtspRequest request, RtspResponse answer, int tries)
    {
        AuthChallenge? best = Best(AuthChallenge.ReadAll(answer.Headers.All(RtspHeaderNames.WwwAuthenticate)));
        lock (_lock)
        {
            // A refused digest with an older nonce says nothing about the password. One with the newest nonce does, unless the server says
            // that this nonce, too, was stale.
            bool isWorthIt = best is not null
                && (!request.Headers.Contains(RtspHeaderNames.Authorization) ? tries == 0
                    : best.IsDigest && (best.IsStale ? tries <= MaxStale : tries == 0 && best.Nonce != _challenge?.Nonce));
            if (!isWorthIt)
            {
                return false;
            }

            _clientNonce = NewNonce();
            _count = 0;
            Volatile.Write(ref _challenge, best);
            return true;
        }
    }

    /// <summary>A nonce of our own.</summary>
    internal static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>
    /// The strongest supported challenge, in any order; <see langword="null"/>: none. If the server accepts a digest, even one that is not
    /// supported here, the password itself is not sent.
    /// </summary>
    internal static AuthChallenge? Best(IReadOnlyList<AuthChallenge> challenges) =>
        challenges.FirstOrDefault(static c => c.IsDigest && DigestProof.IsStrong(c))
        ?? challenges.FirstOrDefault(static c => c.IsDigest)
        ?? (challenges.Any(static c => c.AsksForProof) ? null : challenges.FirstOrDefault(static c => c.IsBasic));
}
