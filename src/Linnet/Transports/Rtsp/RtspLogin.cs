using System.Security.Cryptography;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Tells one server who asks, in the way it wants to be told: a proof where it can check one, else the password as it is.
/// </summary>
/// <remarks>Nothing is said before the server asks. Outlives a connection, for there are servers that close theirs when they ask.</remarks>
internal sealed class RtspLogin(RtspCredentials credentials)
{
    // A nonce may be too old again by the time it is used; more often than this the server means something else.
    private const int MaxStale = 2;

    private readonly Lock _lock = new();
    private AuthChallenge? _challenge;
    private string _clientNonce = "";
    private uint _count;

    /// <summary>What the server asked for last; <see langword="null"/>: nothing yet.</summary>
    internal AuthChallenge? Challenge => Volatile.Read(ref _challenge);

    /// <summary>For the user and password of an address; <see langword="null"/> if it has none.</summary>
    internal static RtspLogin? Of(RtspUri address) =>
        address.Credentials is RtspCredentials credentials ? new RtspLogin(credentials) : null;

    /// <summary>Puts who asks into a request that is about to be sent, if the server wants to know.</summary>
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

    /// <summary>Learns from a refusal (401) what the server wants.</summary>
    /// <param name="request">The request that was refused.</param>
    /// <param name="answer">The refusal.</param>
    /// <param name="tries">Refusals of this request before.</param>
    /// <returns>Whether it is to be asked again.</returns>
    internal bool TryTake(RtspRequest request, RtspResponse answer, int tries)
    {
        AuthChallenge? best = Best(AuthChallenge.ReadAll(answer.Headers.All(RtspHeaderNames.WwwAuthenticate)));
        lock (_lock)
        {
            // A proof by an older nonce says nothing about the password; one by the newest does, unless the server says that this, too, was
            // stale.
            bool isWorthIt = best is not null
                && (!request.Headers.Contains(RtspHeaderNames.Authorization) ? tries == 0
                    : best.IsDigest && (best.IsStale ? tries <= MaxStale : tries == 0 && best.Nonce != _challenge?.Nonce));
            if (!isWorthIt)
            {
                return false;
            }

            _clientNonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            _count = 0;
            Volatile.Write(ref _challenge, best);
            return true;
        }
    }

    /// <summary>
    /// Of what is spoken the strongest, wherever the server names it; <see langword="null"/>: nothing is. Where a proof would do, if in a
    /// way that is not spoken here, the password itself is not given away.
    /// </summary>
    internal static AuthChallenge? Best(IReadOnlyList<AuthChallenge> challenges) =>
        challenges.FirstOrDefault(static c => c.IsDigest && DigestProof.IsStrong(c))
        ?? challenges.FirstOrDefault(static c => c.IsDigest)
        ?? (challenges.Any(static c => c.AsksForProof) ? null : challenges.FirstOrDefault(static c => c.IsBasic));
}
