using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Broadcast;

namespace Linnet.Tests.Access;

public class PasswordGateTests
{
    private const string Right = "hackme";
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly PeerAddress Pusher = PeerAddress.Of(IPAddress.Parse("192.0.2.1"));

    private readonly PasswordGate _gate = new();

    public enum Whose
    {
        /// <summary>Guesses come from the pusher's own address.</summary>
        Own,

        /// <summary>Guesses come from 10,000 IPv4 addresses, including the pusher's.</summary>
        Many,

        /// <summary>Guesses come from 10,000 IPv6 /64 networks, including the pusher's.</summary>
        ManyV6,

        /// <summary>Each guess comes from a new IPv6 /64 network.</summary>
        NewV6,
    }

    [Theory]
    [InlineData(Whose.Own, 0)]
    [InlineData(Whose.Own, 20)]
    [InlineData(Whose.Own, 200)]
    [InlineData(Whose.Many, 20)]
    [InlineData(Whose.ManyV6, 20)]
    [InlineData(Whose.NewV6, 20)]
    public void A_password_that_was_right_before_is_always_accepted(Whose whose, int verificationMs)
    {
        var attack = new Attack(_gate, whose, verificationMs, repeats: 1);
        PasswordTry before = _gate.Arrive(PeerAddress.Of(IPAddress.Parse("198.51.100.1")), Claim(Right), default);
        Assert.Same(before, _gate.TakeNext(default));
        _gate.Finish(before, isRight: true, default);

        for (int second = 1; second <= 5; second++)
        {
            attack.RunUntil(TimeSpan.FromSeconds(second));
            PasswordTry mine = attack.Push();

            Assert.Equal(AccessVerdict.Allowed, VerdictOf(mine));
            Assert.InRange(mine.NotBefore - mine.At, TimeSpan.Zero, PasswordGate.MaxWait);
        }
    }

    [Theory]
    [InlineData(Whose.Own, 0, 1, 1)]
    [InlineData(Whose.Own, 20, 1, 3)]
    [InlineData(Whose.Own, 100, 1, 3)]
    [InlineData(Whose.Own, 20, 3, 6)]
    [InlineData(Whose.Many, 20, 1, 4)]
    [InlineData(Whose.ManyV6, 20, 1, 4)]
    [InlineData(Whose.NewV6, 20, 1, 4)]
    [InlineData(Whose.Many, 100, 1, 4)]
    public void During_1000_guesses_a_second_a_first_login_is_answered_within_two_seconds_and_succeeds_after_a_few_tries(
        Whose whose, int verificationMs, int repeats, int mostTries)
    {
        var attack = new Attack(_gate, whose, verificationMs, repeats);
        int tries = 0;
        for (int at = 5; ; at += 5)
        {
            attack.RunUntil(TimeSpan.FromSeconds(at));
            PasswordTry mine = attack.Push();
            tries++;
            attack.RunUntil(TimeSpan.FromSeconds(at) + PasswordGate.MaxWait + Millisecond);
            Assert.NotNull(VerdictOf(mine));
            Assert.InRange(mine.NotBefore - mine.At, TimeSpan.Zero, PasswordGate.MaxWait);
            if (VerdictOf(mine) == AccessVerdict.Allowed)
            {
                break;
            }

            Assert.Equal(AccessVerdict.TooMany, VerdictOf(mine));
        }

        Assert.InRange(tries, 1, mostTries);
        Assert.InRange(attack.MostWaiting, 0, PasswordQueue.MaxWaiting);
    }

    [Theory]
    [InlineData(Whose.Own)]
    [InlineData(Whose.NewV6)]
    public void Once_the_guessers_are_known_a_first_login_from_a_clean_address_succeeds(Whose whose)
    {
        var attack = new Attack(_gate, whose, verificationMs: 20, repeats: 1);
        attack.RunUntil(TimeSpan.FromSeconds(20));
        PasswordTry mine = _gate.Arrive(PeerAddress.Of(IPAddress.Parse("198.51.100.7")), Claim(Right), attack.Now);
        attack.RunUntil(attack.Now + PasswordGate.MaxWait);

        Assert.Equal(AccessVerdict.Allowed, VerdictOf(mine));
    }

    [Fact]
    public void An_address_that_has_logged_in_goes_before_others()
    {
        PeerAddress known = PeerAddress.Of(IPAddress.Parse("192.0.2.77"));
        PasswordTry login = _gate.Arrive(known, Claim("1"), default);
        Assert.Same(login, _gate.TakeNext(default));
        _gate.Finish(login, isRight: true, default);
        PasswordTry first = _gate.Arrive(Pusher, Claim("2"), default);
        PasswordTry second = _gate.Arrive(known, Claim("3"), default);

        Assert.Same(second, _gate.TakeNext(default));
        Assert.Same(first, _gate.TakeNext(default));
    }

    [Fact]
    public void A_password_is_verified_only_once_right_or_wrong()
    {
        PasswordTry right = Arrive(Right);
        PasswordTry same = Arrive(Right);
        PasswordTry wrong = Arrive("no");
        Assert.Same(right, _gate.TakeNext(default));
        _gate.Finish(right, isRight: true, default);
        Assert.Same(wrong, _gate.TakeNext(default));
        _gate.Finish(wrong, isRight: false, default);

        Assert.Null(_gate.TakeNext(default));
        Assert.Equal(AccessVerdict.Allowed, VerdictOf(same));
        Assert.Equal(AccessVerdict.Allowed, VerdictOf(Arrive(Right)));
        Assert.Equal(AccessVerdict.Wrong, VerdictOf(Arrive("no")));
        Assert.Equal(0, _gate.Waiting);
    }

    [Fact]
    public void A_verification_that_outlasts_its_client_is_still_remembered()
    {
        PasswordTry late = Arrive(Right);
        Assert.Same(late, _gate.TakeNext(default));
        _gate.GiveUp(late, PasswordGate.MaxWait);
        _gate.Finish(late, isRight: true, PasswordGate.MaxWait);

        Assert.Equal(AccessVerdict.TooMany, VerdictOf(late));
        Assert.Equal(AccessVerdict.Allowed, VerdictOf(Arrive(Right)));
    }

    [Fact]
    public void Repeated_failures_delay_answers_up_to_two_seconds_until_they_are_forgotten()
    {
        var delays = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            PasswordTry attempt = Arrive("no");
            delays.Add(attempt.NotBefore.TotalSeconds);
            if (_gate.TakeNext(default) is { } next)
            {
                _gate.Finish(next, isRight: false, default);
            }
        }

        Assert.Equal([0, 0, 0, 0.25, 0.5, 1, 2, 2, 2], delays);
        var later = TimeSpan.FromMinutes(10);
        PasswordTry again = _gate.Arrive(Pusher, Claim(Right), later);
        Assert.Equal(later, again.NotBefore);
    }

    [Fact]
    public void Failures_of_one_account_delay_other_accounts_at_the_same_address_less()
    {
        for (int i = 0; i < 9; i++)
        {
            Fail("guesser");
        }

        Assert.Equal(2, As("guesser").NotBefore.TotalSeconds);
        Assert.Equal(0, As("source").NotBefore.TotalSeconds);
    }

    [Fact]
    public void Guesses_with_a_new_account_each_time_are_still_answered_late()
    {
        for (int i = 0; i < 24; i++)
        {
            Fail("guesser" + i);
        }

        Assert.Equal(2, As("another").NotBefore.TotalSeconds);
    }

    private PasswordTry As(string account) => _gate.Arrive(Pusher, Claim(Right, account), default);

    private void Fail(string account)
    {
        _gate.Arrive(Pusher, Claim("no", account), default);
        if (_gate.TakeNext(default) is { } next)
        {
            _gate.Finish(next, isRight: false, default);
        }
    }

    [Fact]
    public void A_flood_from_other_addresses_does_not_clear_a_guessers_failures()
    {
        for (int i = 0; i < 10; i++)
        {
            Fail(Pusher, "no" + i);
        }

        for (int i = 0; i < 20_000; i++)
        {
            Fail(PeerAddress.Of(new IPAddress(0x0A00_0000L + i)), "no");
        }

        Assert.Equal(PasswordGate.MaxWait, Arrive("next").NotBefore);

        void Fail(PeerAddress peer, string password)
        {
            _gate.Arrive(peer, Claim(password), default);
            if (_gate.TakeNext(default) is { } next)
            {
                _gate.Finish(next, isRight: false, default);
            }
        }
    }

    private static AccessVerdict? VerdictOf(PasswordTry attempt) =>
        attempt.Verdict.Task.IsCompletedSuccessfully ? attempt.Verdict.Task.Result : null;

    private static PasswordClaim Claim(string password, string account = "") => new(account, Encoding.UTF8.GetBytes(password));

    private PasswordTry Arrive(string password) => _gate.Arrive(Pusher, Claim(password), default);

    /// <summary>One guess per millisecond, one verification at a time; attempts that have waited two seconds are given up.</summary>
    private sealed class Attack(PasswordGate gate, Whose whose, int verificationMs, int repeats)
    {
        private readonly Queue<PasswordTry> _waiting = new();
        private PasswordTry? _verified;
        private TimeSpan _verifiedAt;
        private int _guesses;

        internal TimeSpan Now { get; private set; }

        internal int MostWaiting { get; private set; }

        internal PasswordTry Push() => Arrive(AddressOf(0), Right);

        internal void RunUntil(TimeSpan end)
        {
            while (Now < end)
            {
                Arrive(AddressOf(_guesses), "guess" + (_guesses / repeats));
                _guesses++;
                MostWaiting = Math.Max(MostWaiting, gate.Waiting);
                Verify();
                Now += Millisecond;
                while (_waiting.TryPeek(out PasswordTry? oldest) && Now - oldest.At >= PasswordGate.MaxWait)
                {
                    gate.GiveUp(_waiting.Dequeue(), Now);
                }
            }
        }

        private PasswordTry Arrive(PeerAddress peer, string password)
        {
            PasswordTry attempt = gate.Arrive(peer, Claim(password), Now);
            _waiting.Enqueue(attempt);
            return attempt;
        }

        private void Verify()
        {
            while (_verified is null || Now >= _verifiedAt)
            {
                if (_verified is not null)
                {
                    gate.Finish(_verified, Encoding.UTF8.GetString(_verified.Claim.Password.Span) == Right, Now);
                }

                _verified = gate.TakeNext(Now);
                if (_verified is null)
                {
                    return;
                }

                _verifiedAt = Now + (verificationMs * Millisecond);
            }
        }

        // The pusher has the first address.
        private PeerAddress AddressOf(int guess) => whose switch
        {
            Whose.Own => Pusher,
            Whose.Many => PeerAddress.Of(new IPAddress((guess % 10_000 * 0x1_0000L) + 10)),
            Whose.ManyV6 => new PeerAddress((IPv6 | (uint)(guess % 10_000)) << 64),
            _ => new PeerAddress((IPv6 | (uint)guess) << 64),
        };

        private static UInt128 IPv6 => 0x2A00_1234_0000_0000;
    }
}
