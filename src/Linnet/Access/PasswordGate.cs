using System.Numerics;
using Linnet.Broadcast;

namespace Linnet.Access;

/// <summary>
/// Decides which passwords are verified, in which order, and how long each answer is delayed. Pure: the caller provides the time and one
/// lock.
/// </summary>
/// <remarks>
/// A password that was verified as right in this run is accepted at once, regardless of other clients at its address. Others wait their
/// turn, for at most <see cref="MaxWait"/>. An address with many failures is queued behind others and answered late, even with the right
/// password, so hanging up early gains nothing. Failures count fully for the account at that address and a quarter for all other accounts
/// there. So a client that shares an address with a guesser is affected less, and a guesser that invents accounts gains little. A client
/// that was turned away and retries with the same password moves ahead of guessers, whose passwords always change; further with each retry.
/// </remarks>
internal sealed class PasswordGate
{
    /// <summary>The longest wait for an answer, apart from the verification that is running.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Failures of an account in a network that are answered without delay; four times as many for all its accounts together.
    /// </summary>
    internal const int FreeTries = 3;

    /// <summary>The most networks with a successful login that are remembered. Only a client with the password can add one.</summary>
    internal const int MaxKnown = 1024;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForgetTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TurnedAwayTime = TimeSpan.FromMinutes(1);

    // Rank by which an address that has logged in precedes others with as many failures, and that a password gains each time it is turned
    // away.
    private const int Head = 2;

    // The owner of an IPv6 /48 or /32 has a practically unlimited number of /64 networks: failures also count for these prefixes, at a
    // fraction.
    private static readonly (int Length, int Share)[] Wider = [(48, 4), (32, 256)];

    // The fraction at which failures of an address's other accounts count for each account.
    private const int AccountShare = 4;

    private readonly PasswordMemory _memory = new();
    private readonly PasswordQueue _queue = new();
    private readonly FadingCounts _failures = new(ForgetTime);
    private readonly FadingCounts _turnedAway = new(TurnedAwayTime);
    private readonly FadingCounts _undecided = new(ForgetTime);
    private readonly HashSet<PeerAddress> _known = [];
    private readonly Queue<PeerAddress> _knownByAge = new();

    /// <summary>Passwords waiting to be verified.</summary>
    internal int Waiting => _queue.Count;

    /// <summary>Adds a password. The verdict may be known at once.</summary>
    /// <param name="peer">The client's address.</param>
    /// <param name="claim">The password, and what it is compared with.</param>
    /// <param name="now">When it arrived.</param>
    internal PasswordTry Arrive(PeerAddress peer, PasswordClaim claim, TimeSpan now)
    {
        UInt128 mac = _memory.MacOf(claim);
        UInt128 accountKey = KeyOf(claim.Account, peer);
        int failures = FailuresOf(accountKey, peer, now);
        var attempt = new PasswordTry
        {
            Network = peer.Network,
            Account = accountKey,
            Claim = claim,
            Mac = mac,
            At = now,
            NotBefore = now + DelayFor(failures),
            Rank = RankOf(peer.Network, failures, now) - (Head * _turnedAway[mac, now]),
            IsCountedLater = claim.AskAsync is not null,
        };
        if ((claim.IsRight ?? _memory.Recall(mac)) is bool isRight)
        {
            Conclude(attempt, isRight, now);
        }
        else if (_queue.Add(attempt) is PasswordTry leaving)
        {
            TurnAway(leaving, now);
        }

        return attempt;
    }

    /// <summary>Whether an account at an address has so many failures that its next answer is delayed.</summary>
    internal bool IsLate(PeerAddress peer, string account, TimeSpan now) =>
        DelayFor(FailuresOf(KeyOf(account, peer), peer, now)) > TimeSpan.Zero;

    /// <summary>Whether a client in this network gave the right password in this run.</summary>
    internal bool IsKnown(PeerAddress peer) => _known.Contains(peer.Network);

    /// <summary>Removes and returns the next password to verify; <see langword="null"/>: none is waiting.</summary>
    internal PasswordTry? TakeNext(TimeSpan now)
    {
        while (_queue.TakeNext() is PasswordTry next)
        {
            if (_memory.Recall(next.Mac) is bool isRight)
            {
                Conclude(next, isRight, now);
            }
            else if (now - next.At >= MaxWait)
            {
                TurnAway(next, now);
            }
            else
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>Records the result of a verification.</summary>
    internal void Finish(PasswordTry attempt, bool isRight, TimeSpan now)
    {
        _memory.Remember(attempt.Mac, isRight);
        Conclude(attempt, isRight, now);
    }

    /// <summary>Counts a wrong password about which another service was to be asked, unless the service admits the client.</summary>
    /// <param name="attempt">The password. If its verdict is not known yet, it is counted with the verdict.</param>
    /// <param name="answer">The service's answer; <see langword="null"/>: there is none, the client left before.</param>
    /// <param name="now">The time.</param>
    internal void Settle(PasswordTry attempt, AccessVerdict? answer, TimeSpan now)
    {
        attempt.IsCountedLater = false;
        if (attempt.Verdict.Task is not { IsCompletedSuccessfully: true, Result: AccessVerdict.Wrong } || answer is AccessVerdict.Allowed)
        {
            return;
        }

        if (answer is not (AccessVerdict.Wrong or null))
        {
            // The password may be right. Clients retry the same one, which is counted once; guessers try others.
            if (_undecided[attempt.Mac, now] > 0)
            {
                return;
            }

            _undecided.Add(attempt.Mac, now);
        }

        CountFailure(attempt, now);
    }

    /// <summary>Turns away a password that has waited too long. The result of a running verification is still remembered.</summary>
    internal void GiveUp(PasswordTry attempt, TimeSpan now)
    {
        _queue.Remove(attempt);
        TurnAway(attempt, now);
    }

    private static TimeSpan DelayFor(int failures)
    {
        int doublings = Math.Min(failures - FreeTries, 3);
        return doublings < 0 ? TimeSpan.Zero : FirstDelay * (1 << doublings);
    }

    private void Conclude(PasswordTry attempt, bool isRight, TimeSpan now)
    {
        if (!attempt.Verdict.TrySetResult(isRight ? AccessVerdict.Allowed : AccessVerdict.Wrong))
        {
            return;
        }

        if (!isRight)
        {
            if (!attempt.IsCountedLater)
            {
                CountFailure(attempt, now);
            }
        }
        else if (_known.Add(attempt.Network))
        {
            _knownByAge.Enqueue(attempt.Network);
            if (_knownByAge.Count > MaxKnown)
            {
                _known.Remove(_knownByAge.Dequeue());
            }
        }
    }

    private void CountFailure(PasswordTry attempt, TimeSpan now)
    {
        _failures.Add(attempt.Account, now);
        _failures.Add(KeyOf(attempt.Network, 64), now);
        foreach ((int length, _) in attempt.Network.IsV4 ? [] : Wider)
        {
            _failures.Add(KeyOf(attempt.Network.Prefix(length), length), now);
        }
    }

    private void TurnAway(PasswordTry attempt, TimeSpan now)
    {
        if (attempt.Verdict.TrySetResult(AccessVerdict.TooMany))
        {
            _turnedAway.Add(attempt.Mac, now);
        }
    }

    private int FailuresOf(UInt128 account, PeerAddress peer, TimeSpan now)
    {
        int failures = Math.Max(_failures[account, now], _failures[KeyOf(peer.Network, 64), now] / AccountShare);

        // One customer may have a whole /48. Where somebody has logged in, others of it do not count.
        (int length, int share) = Wider[0];
        return peer.IsV4 || IsKnown(peer) ? failures
            : Math.Max(failures, _failures[KeyOf(peer.Network.Prefix(length), length), now] / (AccountShare * share));
    }

    private int RankOf(PeerAddress network, int failures, TimeSpan now)
    {
        foreach ((int length, int share) in network.IsV4 ? [] : Wider)
        {
            failures = Math.Max(failures, _failures[KeyOf(network.Prefix(length), length), now] / share);
        }

        return BitOperations.Log2((uint)failures << 1 | 1) + (_known.Contains(network) ? 0 : Head);
    }

    private UInt128 KeyOf(string account, PeerAddress peer) => _memory.MacOf(account) ^ peer.Network.Bits;

    // Prefixes of different lengths may have the same bits, so the length goes into the last ones: these are unused except by IPv4
    // addresses.
    private static UInt128 KeyOf(PeerAddress network, int length) => network.IsV4 ? network.Bits : network.Bits | (uint)length;
}
