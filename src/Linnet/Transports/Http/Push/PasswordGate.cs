using System.Numerics;
using Linnet.Broadcast;

namespace Linnet.Transports.Http.Push;

/// <summary>
/// Decides which passwords are verified, in which order, and how late each is answered. Pure: the caller brings the time, and one lock.
/// </summary>
/// <remarks>
/// A password that was right in this run is known at once, whatever others at the same address do. Others wait their turn,
/// <see cref="MaxWait"/> at most. An address that was wrong often stands behind others, and is answered late, the right password too, so
/// that nobody learns faster by hanging up. Failures count for an account at an address, and a quarter for all other accounts there: who
/// shares an address with a guesser feels it less, and a guesser who makes up a new account each time gains little. Who was turned
/// away and comes again with the same password stands before those who guess, whose every password is new; more so each time.
/// </remarks>
internal sealed class PasswordGate
{
    /// <summary>The longest that anybody waits for an answer, except for the verification that runs.</summary>
    internal static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Wrong tries of an account in a network that are answered at once; four times as many of all its accounts together.
    /// </summary>
    internal const int FreeTries = 3;

    /// <summary>Networks that have logged in and are remembered; more are only added by those who know the password.</summary>
    internal const int MaxKnown = 1024;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ForgetTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TurnedAwayTime = TimeSpan.FromMinutes(1);

    // Ranks that an address which has logged in is ahead of others with as many failures, and that a password gains each time it is turned
    // away.
    private const int Head = 2;

    // Whoever has an IPv6 network of 48 or 32 bits has networks of 64 without end: failures count for those, too, as so many fewer.
    private static readonly (int Length, int Share)[] Wider = [(48, 4), (32, 256)];

    // Failures of all accounts of an address count for each of them as so many fewer.
    private const int AccountShare = 4;

    private readonly PasswordMemory _memory = new();
    private readonly PasswordQueue _queue = new();
    private readonly FadingCounts _failures = new(ForgetTime);
    private readonly FadingCounts _turnedAway = new(TurnedAwayTime);
    private readonly HashSet<PeerAddress> _known = [];
    private readonly Queue<PeerAddress> _knownByAge = new();

    /// <summary>How many wait to be verified.</summary>
    internal int Waiting => _queue.Count;

    /// <summary>Says that a password is right before anybody tries it.</summary>
    internal void Expect(ReadOnlySpan<byte> password) => _memory.Remember(_memory.MacOf(password), isRight: true);

    /// <summary>Takes a password in. Its verdict may be known at once.</summary>
    /// <param name="peer">Where it comes from.</param>
    /// <param name="password">The password.</param>
    /// <param name="now">When it came.</param>
    /// <param name="account">Whose it is said to be.</param>
    internal PasswordTry Arrive(PeerAddress peer, ReadOnlyMemory<byte> password, TimeSpan now, ReadOnlySpan<byte> account = default)
    {
        UInt128 mac = _memory.MacOf(password.Span);
        UInt128 accountKey = KeyOf(account, peer);
        int failures = FailuresOf(accountKey, peer, now);
        var attempt = new PasswordTry
        {
            Network = peer.Network,
            Account = accountKey,
            Password = password,
            Mac = mac,
            At = now,
            NotBefore = now + DelayFor(failures),
            Rank = RankOf(peer.Network, failures, now) - (Head * _turnedAway[mac, now]),
        };
        if (_memory.Recall(mac) is bool isRight)
        {
            Conclude(attempt, isRight, now);
        }
        else if (_queue.Add(attempt) is PasswordTry leaving)
        {
            TurnAway(leaving, now);
        }

        return attempt;
    }

    /// <summary>Whether an account at an address was wrong so often that its next answer comes late.</summary>
    internal bool IsLate(PeerAddress peer, ReadOnlySpan<byte> account, TimeSpan now) =>
        DelayFor(FailuresOf(KeyOf(account, peer), peer, now)) > TimeSpan.Zero;

    /// <summary>Whether somebody there knew the password in this run.</summary>
    internal bool IsKnown(PeerAddress peer) => _known.Contains(peer.Network);

    /// <summary>The next to verify; <see langword="null"/>: nobody waits.</summary>
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

    /// <summary>Says what came out of a verification.</summary>
    internal void Finish(PasswordTry attempt, bool isRight, TimeSpan now)
    {
        _memory.Remember(attempt.Mac, isRight);
        Conclude(attempt, isRight, now);
    }

    /// <summary>Says that it has waited long enough. What a verification that runs brings is still remembered.</summary>
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
        if (!attempt.Verdict.TrySetResult(isRight ? PushVerdict.Allowed : PushVerdict.Wrong))
        {
            return;
        }

        if (!isRight)
        {
            _failures.Add(attempt.Account, now);
            _failures.Add(KeyOf(attempt.Network, 64), now);
            foreach ((int length, _) in attempt.Network.IsV4 ? [] : Wider)
            {
                _failures.Add(KeyOf(attempt.Network.Prefix(length), length), now);
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

    private void TurnAway(PasswordTry attempt, TimeSpan now)
    {
        if (attempt.Verdict.TrySetResult(PushVerdict.TooMany))
        {
            _turnedAway.Add(attempt.Mac, now);
        }
    }

    private int FailuresOf(UInt128 account, PeerAddress peer, TimeSpan now) =>
        Math.Max(_failures[account, now], _failures[KeyOf(peer.Network, 64), now] / AccountShare);

    private int RankOf(PeerAddress network, int failures, TimeSpan now)
    {
        foreach ((int length, int share) in network.IsV4 ? [] : Wider)
        {
            failures = Math.Max(failures, _failures[KeyOf(network.Prefix(length), length), now] / share);
        }

        return BitOperations.Log2((uint)failures << 1 | 1) + (_known.Contains(network) ? 0 : Head);
    }

    private UInt128 KeyOf(ReadOnlySpan<byte> account, PeerAddress peer) => _memory.MacOf(account) ^ peer.Network.Bits;

    // Networks of different lengths may have the same bits; the last ones are free in all but IPv4 addresses.
    private static UInt128 KeyOf(PeerAddress network, int length) => network.IsV4 ? network.Bits : network.Bits | (uint)length;
}
