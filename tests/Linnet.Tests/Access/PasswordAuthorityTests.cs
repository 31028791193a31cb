using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Broadcast;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Access;

public class PasswordAuthorityTests
{
    private static readonly PeerAddress Peer = PeerAddress.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly PeerAddress Other = PeerAddress.Of(IPAddress.Parse("192.0.2.2"));

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    // Null: what is right is known at once.
    private Func<string, bool>? _verify;

    [Theory]
    [InlineData(-3600)]
    [InlineData(0)]
    public async Task Changing_the_wall_clock_locks_no_client_out(int seconds)
    {
        var time = new SetClock();
        var authority = new PasswordAuthority(time);
        for (int i = 0; i < 100; i++)
        {
            _ = Try(authority, Peer, "no" + i);
        }

        time.Set = TimeSpan.FromSeconds(seconds);
        Task<AccessVerdict> mine = Try(authority, Peer, "hackme");
        time.Advance(PasswordGate.MaxWait);

        Assert.Equal(AccessVerdict.Allowed, await mine);
        Assert.Equal(AccessVerdict.Allowed, await Try(authority, Other, "hackme"));
    }

    [Fact]
    public async Task Passwords_are_verified_one_at_a_time_and_each_only_once()
    {
        int now = 0, most = 0, calls = 0;
        using var go = new SemaphoreSlim(0);
        _verify = password =>
        {
            calls++;
            most = Math.Max(most, Interlocked.Increment(ref now));
            go.Wait(Stop);
            Interlocked.Decrement(ref now);
            return password == "hackme";
        };
        var authority = new PasswordAuthority(_time);
        Task<AccessVerdict>[] tries =
            [.. Enumerable.Range(0, 4).SelectMany(i => new[] { Try(authority, Peer, "no" + i), Try(authority, Other, "hackme") })];

        // A second thread has every chance to start, and more than five verifications are permitted.
        await Until.TrueAsync(() => Volatile.Read(ref now) > 0);
        for (int i = 0; i < 1000 && ThreadPool.PendingWorkItemCount > 0; i++)
        {
            await Task.Yield();
        }

        go.Release(100);
        AccessVerdict[] verdicts = await Task.WhenAll(tries);

        Assert.Equal(Enumerable.Range(0, 4).SelectMany(_ => new[] { AccessVerdict.Wrong, AccessVerdict.Allowed }), verdicts);
        Assert.Equal(AccessVerdict.Allowed, await Try(authority, Other, "hackme"));
        Assert.Equal((5, 1), (calls, most));
    }

    [Fact]
    public async Task No_client_waits_longer_than_two_seconds_and_a_late_result_is_remembered()
    {
        using var go = new SemaphoreSlim(0);
        bool hasBegun = false;
        _verify = password =>
        {
            Volatile.Write(ref hasBegun, true);
            go.Wait(Stop);
            return password == "hackme";
        };
        var authority = new PasswordAuthority(_time);
        Task<AccessVerdict> slow = Try(authority, Peer, "hackme");
        Task<AccessVerdict> behind = Try(authority, Other, "no");
        await Until.TrueAsync(() => Volatile.Read(ref hasBegun));

        _time.Advance(PasswordGate.MaxWait);

        Assert.Equal(AccessVerdict.TooMany, await slow);
        Assert.Equal(AccessVerdict.TooMany, await behind);
        Task<AccessVerdict> again = Try(authority, Peer, "hackme");
        go.Release();
        Assert.Equal(AccessVerdict.Allowed, await again);
    }

    [Fact]
    public async Task A_verifier_that_throws_fails_only_that_password()
    {
        _verify = static password =>
            password == "hackme" || (password == "boom" ? throw new InvalidOperationException("boom") : false);
        var authority = new PasswordAuthority(_time);

        Task<AccessVerdict> broken = Try(authority, Peer, "boom");
        Task<AccessVerdict> wrong = Try(authority, Peer, "no");
        Task<AccessVerdict> right = Try(authority, Peer, "hackme");

        await Assert.ThrowsAsync<InvalidOperationException>(() => broken);
        Assert.Equal((AccessVerdict.Wrong, AccessVerdict.Allowed), (await wrong, await right));
    }

    [Fact]
    public async Task Guessers_are_answered_late_on_any_number_of_connections_and_beyond_the_limit_learn_nothing()
    {
        int calls = 0;
        _verify = password =>
        {
            Interlocked.Increment(ref calls);
            return password == "hackme";
        };
        var authority = new PasswordAuthority(_time);
        Assert.Equal(AccessVerdict.Allowed, await Try(authority, Other, "hackme"));
        Task<AccessVerdict>[] wrong = [.. Enumerable.Range(0, 10).Select(i => Try(authority, Peer, "no" + i))];
        await Until.TrueAsync(() => Volatile.Read(ref calls) == 11);
        _time.Advance(PasswordGate.MaxWait);
        Assert.All(await Task.WhenAll(wrong), static verdict => Assert.Equal(AccessVerdict.Wrong, verdict));

        Task<AccessVerdict>[] many =
            [.. Enumerable.Range(0, 2 * PasswordAuthority.MaxHeldPerAddress).Select(_ => Try(authority, Peer, "no0"))];

        // Those with a place wait. The others all get the same answer, however often they try: a right guess is not answered sooner.
        Assert.All(many[..PasswordAuthority.MaxHeldPerAddress], static task => Assert.False(task.IsCompleted));
        Assert.All(await Task.WhenAll(many[PasswordAuthority.MaxHeldPerAddress..]),
            static verdict => Assert.Equal(AccessVerdict.TooMany, verdict));
        Assert.Equal(AccessVerdict.TooMany, await Try(authority, Peer, "hackme"));
        Assert.Equal(AccessVerdict.TooMany, await Try(authority, Peer, "hackme"));
        Assert.Equal(AccessVerdict.Allowed, await Try(authority, Other, "hackme"));
        _time.Advance(PasswordGate.MaxWait);
        Assert.All(
            await Task.WhenAll(many[..PasswordAuthority.MaxHeldPerAddress]), static verdict => Assert.Equal(AccessVerdict.Wrong, verdict));

        // Then there are places again, and a client that waits for one gets its verdict.
        Task<AccessVerdict> mine = Try(authority, Peer, "hackme");
        Assert.False(mine.IsCompleted);
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(AccessVerdict.Allowed, await mine);
    }

    [Fact]
    public async Task Guessers_do_not_lock_out_the_right_password_on_a_network_that_has_logged_in()
    {
        var authority = new PasswordAuthority(_time);
        Assert.Equal(AccessVerdict.Allowed, await Try(authority, Peer, "hackme"));
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Equal(AccessVerdict.Wrong, await Try(authority, Peer, "no"));
        }

        Task<AccessVerdict>[] many = [.. Enumerable.Range(0, PasswordAuthority.MaxHeldPerAddress).Select(_ => Try(authority, Peer, "no"))];

        Assert.All(many, static task => Assert.False(task.IsCompleted));
        Assert.Equal(AccessVerdict.Unanswered, await Try(authority, Peer, "no"));
        Assert.Equal(AccessVerdict.Allowed, await Try(authority, Peer, "hackme"));
        _time.Advance(PasswordGate.MaxWait);
        await Task.WhenAll(many);
    }

    [Fact]
    public async Task A_client_that_disconnects_frees_its_place()
    {
        var authority = new PasswordAuthority(_time);
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Equal(AccessVerdict.Wrong, await Try(authority, Peer, "no"));
        }

        using var leaving = new CancellationTokenSource();
        Task<AccessVerdict>[] many = [.. Enumerable.Range(0, PasswordAuthority.MaxHeldPerAddress)
            .Select(_ => authority.JudgeAsync(Peer, Claim("no"), leaving.Token))];
        Assert.Equal(AccessVerdict.TooMany, await Try(authority, Peer, "hackme"));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(many));

        Task<AccessVerdict> mine = Try(authority, Peer, "hackme");
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(AccessVerdict.Allowed, await mine);
    }

    [Theory]
    [InlineData(AccessVerdict.Allowed, true)]
    [InlineData(AccessVerdict.Allowed, false)]
    [InlineData(AccessVerdict.NoAnswer, true)]
    [InlineData(AccessVerdict.NoAnswer, false)]
    internal async Task A_client_that_another_service_admits_or_does_not_answer_about_is_never_answered_late(
        AccessVerdict answer, bool isAskedFirst)
    {
        var authority = new PasswordAuthority(_time);
        for (int i = 0; i < 5 * PasswordGate.FreeTries; i++)
        {
            Assert.Equal(answer, await Ask(authority, "mine", isAskedFirst, _ => Task.FromResult(answer)));
        }
    }

    [Theory]
    [InlineData(AccessVerdict.Wrong, true)]
    [InlineData(AccessVerdict.Wrong, false)]
    [InlineData(AccessVerdict.NoAnswer, true)]
    [InlineData(AccessVerdict.NoAnswer, false)]
    [InlineData(AccessVerdict.TooMany, true)]
    [InlineData(AccessVerdict.TooMany, false)]
    internal async Task Guesses_that_another_service_refuses_or_does_not_answer_about_are_counted(AccessVerdict answer, bool isAskedFirst)
    {
        var authority = new PasswordAuthority(_time);
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Equal(answer, await Ask(authority, "no" + i, isAskedFirst, _ => Task.FromResult(answer)));
        }

        Task<AccessVerdict> late = Ask(authority, "no", isAskedFirst, _ => Task.FromResult(answer));
        Assert.False(late.IsCompleted);
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(answer, await late);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_guesser_that_hangs_up_before_the_answer_is_counted(bool isVerified)
    {
        using var go = new SemaphoreSlim(0);
        int begun = 0;
        _verify = _ =>
        {
            Interlocked.Increment(ref begun);
            if (!isVerified)
            {
                go.Wait(Stop);
            }

            return false;
        };
        var authority = new PasswordAuthority(_time);
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            int guesses = i + 1;
            using var leaving = new CancellationTokenSource();
            Task<AccessVerdict> guess = authority.JudgeAsync(
                Peer,
                Claim("no" + i) with
                {
                    AskAsync = async ct =>
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
                        return AccessVerdict.Wrong;
                    },
                },
                leaving.Token);
            if (isVerified)
            {
                await Until.TrueAsync(() => Volatile.Read(ref begun) == guesses);
            }

            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guess);
        }

        // The next password of the same client is verified after all of them; another client's could be before.
        Task<AccessVerdict> next = Try(authority, isVerified ? Other : Peer, "next");
        go.Release(100);
        Assert.Equal(AccessVerdict.Wrong, await next);
        Task<AccessVerdict> late = Try(authority, Peer, "no0");
        Assert.False(late.IsCompleted);
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(AccessVerdict.Wrong, await late);
    }

    private Task<AccessVerdict> Ask(
        PasswordAuthority authority, string password, bool isAskedFirst, Func<CancellationToken, Task<AccessVerdict>> ask) =>
        authority.JudgeAsync(Peer, Claim(password) with { AskAsync = ask, IsAskedFirst = isAskedFirst }, Stop)
            .WaitAsync(HangLimit, TimeProvider.System, Stop);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<AccessVerdict> Try(PasswordAuthority authority, PeerAddress peer, string password) =>
        authority.JudgeAsync(peer, Claim(password), Stop).WaitAsync(HangLimit, TimeProvider.System, Stop);

    private PasswordClaim Claim(string password) => new("source", Encoding.UTF8.GetBytes(password))
    {
        Verify = () => _verify!(password),
        IsRight = _verify is null ? password == "hackme" : null,
    };

    /// <summary>A wall clock that can be set independently of elapsed time.</summary>
    private sealed class SetClock : FakeTimeProvider
    {
        internal TimeSpan Set { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Set;
    }
}
