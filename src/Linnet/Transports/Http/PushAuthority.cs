using System.Security.Cryptography;
using System.Text;
using Linnet.Wire.Icy;

namespace Linnet.Transports.Http;

/// <summary>What comes of somebody's wish to push.</summary>
internal enum PushVerdict
{
    /// <summary>It may.</summary>
    Allowed,

    /// <summary>It did not say who it is.</summary>
    Unnamed,

    /// <summary>It does not know the password.</summary>
    Wrong,

    /// <summary>Its address was wrong so often that it is not listened to just now.</summary>
    TooMany,
}

/// <summary>
/// Compares passwords in constant time, and slows down an address (IPv6: a network of 64 bits) that does not know it: after some tries each takes
/// twice as long as the last, up to <see cref="MaxDelay"/>. Pure; any thread may ask.
/// </summary>
/// <remarks>
/// Nobody else has to wait: there is no limit over all addresses. Of those that failed the last <see cref="MaxAddresses"/> are remembered.
/// </remarks>
/// <param name="password">What is to be known.</param>
internal sealed class PushAuthority(string password)
{
    /// <summary>Tries that cost nothing.</summary>
    internal const int FreeTries = 3;

    /// <summary>Addresses that are remembered.</summary>
    internal const int MaxAddresses = 4096;

    /// <summary>The most that a try has to wait.</summary>
    internal static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetTime = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly byte[] _hash = Hash(Encoding.UTF8.GetBytes(password));
    private readonly Dictionary<PeerAddress, LinkedListNode<Failures>> _failed = [];
    private readonly LinkedList<Failures> _byAge = new();

    /// <summary>Looks at what somebody says.</summary>
    /// <param name="peer">Its address.</param>
    /// <param name="authorization">Its <c>Authorization</c> header.</param>
    /// <param name="now">The time.</param>
    internal PushVerdict Judge(PeerAddress peer, string? authorization, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_failed.TryGetValue(peer.Network, out LinkedListNode<Failures>? node) && now < node.Value.NotBefore)
            {
                return PushVerdict.TooMany;
            }

            if (string.IsNullOrEmpty(authorization))
            {
                return PushVerdict.Unnamed;
            }

            if (BasicCredentials.TryParse(authorization, out BasicCredentials? credentials)
                && CryptographicOperations.FixedTimeEquals(Hash(credentials.Password), _hash))
            {
                Forget(node);
                return PushVerdict.Allowed;
            }

            int tries = (node is not null && now - node.Value.Last < ForgetTime ? node.Value.Tries : 0) + 1;
            Forget(node);
            double delay = tries <= FreeTries ? 0 : FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(tries - FreeTries - 1, 16));
            DateTimeOffset notBefore = now + TimeSpan.FromSeconds(Math.Min(delay, MaxDelay.TotalSeconds));
            _failed[peer.Network] = _byAge.AddLast(new Failures(peer.Network, tries, now, notBefore));
            if (_byAge.Count > MaxAddresses)
            {
                Forget(_byAge.First);
            }

            return PushVerdict.Wrong;
        }
    }

    // Of equal length whatever was sent, so that not even the password's length shows.
    private static byte[] Hash(ReadOnlySpan<byte> text) => SHA256.HashData(text);

    private void Forget(LinkedListNode<Failures>? node)
    {
        if (node is not null)
        {
            _failed.Remove(node.Value.Network);
            _byAge.Remove(node);
        }
    }

    private sealed record Failures(PeerAddress Network, int Tries, DateTimeOffset Last, DateTimeOffset NotBefore);
}
