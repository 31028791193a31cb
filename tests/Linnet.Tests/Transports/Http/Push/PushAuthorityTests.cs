using System.Net;
using Linnet.Broadcast;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Http;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Http.Push;

public class PushAuthorityTests
{
    private static readonly PeerAddress Peer = PeerAddress.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly PeerAddress Other = PeerAddress.Of(IPAddress.Parse("192.0.2.2"));

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("source", "hackme", PushVerdict.Allowed)]
    [InlineData("anyone", "hackme", PushVerdict.Allowed)]
    [InlineData("", "hackme", PushVerdict.Allowed)]
    [InlineData("source", "hackm", PushVerdict.Wrong)]
    [InlineData("source", "hackme ", PushVerdict.Wrong)]
    [InlineData("source", "", PushVerdict.Wrong)]
    internal async Task The_password_counts_and_the_name_does_not(string user, string password, PushVerdict verdict) =>
        Assert.Equal(
            verdict, await new PushAuthority("hackme", _time).JudgeAsync(Peer, new BasicCredentials(user, password).ToHeader(), Stop));

    [Theory]
    [InlineData(null, PushVerdict.Unnamed)]
    [InlineData("", PushVerdict.Unnamed)]
    [InlineData("Bearer hackme", PushVerdict.Wrong)]
    [InlineData("Basic !!!", PushVerdict.Wrong)]
    internal async Task What_is_no_password_is_none(string? header, PushVerdict verdict) =>
        Assert.Equal(verdict, await new PushAuthority("hackme", _time).JudgeAsync(Peer, header, Stop));

    [Theory]
    [InlineData(-3600)]
    [InlineData(0)]
    public async Task Changing_the_wall_clock_locks_no_client_out(int seconds)
    {
        var time = new SetClock();
        var authority = new PushAuthority("hackme", time);
        for (int i = 0; i < 100; i++)
        {
            _ = Try(authority, Peer, "no" + i);
        }

        time.Set = TimeSpan.FromSeconds(seconds);
        Task<PushVerdict> mine = Try(authority, Peer, "hackme");
        time.Advance(PasswordGate.MaxWait);

        Assert.Equal(PushVerdict.Allowed, await mine);
        Assert.Equal(PushVerdict.Allowed, await Try(authority, Other, "hackme"));
    }

    [Fact]
    public async Task Passwords_are_verified_one_at_a_time_and_each_only_once()
    {
        int now = 0, most = 0, calls = 0;
        using var go = new SemaphoreSlim(0);
        var authority = new PushAuthority(
            password =>
            {
                calls++;
                most = Math.Max(most, Interlocked.Increment(ref now));
                go.Wait(Stop);
                Interlocked.Decrement(ref now);
                return password.SequenceEqual("hackme"u8);
            },
            _time);
        Task<PushVerdict>[] tries =
            [.. Enumerable.Range(0, 4).SelectMany(i => new[] { Try(authority, Peer, "no" + i), Try(authority, Other, "hackme") })];

        // A second thread has every chance to start, and more than five verifications are permitted.
        await Until.TrueAsync(() => Volatile.Read(ref now) > 0);
        for (int i = 0; i < 1000 && ThreadPool.PendingWorkItemCount > 0; i++)
        {
            await Task.Yield();
        }

        go.Release(100);
        PushVerdict[] verdicts = await Task.WhenAll(tries);

        Assert.Equal(Enumerable.Range(0, 4).SelectMany(_ => new[] { PushVerdict.Wrong, PushVerdict.Allowed }), verdicts);
        Assert.Equal(PushVerdict.Allowed, await Try(authority, Other, "hackme"));
        Assert.Equal((5, 1), (calls, most));
    }

    [Fact]
    public async Task No_client_waits_longer_than_two_seconds_and_a_late_result_is_remembered()
    {
        using var go = new SemaphoreSlim(0);
        bool hasBegun = false;
        var authority = new PushAuthority(
            password =>
            {
                Volatile.Write(ref hasBegun, true);
                go.Wait(Stop);
                return password.SequenceEqual("hackme"u8);
            },
            _time);
        Task<PushVerdict> slow = Try(authority, Peer, "hackme");
        Task<PushVerdict> behind = Try(authority, Other, "no");
        await Until.TrueAsync(() => Volatile.Read(ref hasBegun));

        _time.Advance(PasswordGate.MaxWait);

        Assert.Equal(PushVerdict.TooMany, await slow);
        Assert.Equal(PushVerdict.TooMany, await behind);
        Task<PushVerdict> again = Try(authority, Peer, "hackme");
        go.Release();
        Assert.Equal(PushVerdict.Allowed, await again);
    }

    [Fact]
    public async Task A_verifier_that_throws_fails_only_that_password()
    {
        var authority = new PushAuthority(
            password => password.SequenceEqual("hackme"u8)
                || (password.SequenceEqual("boom"u8) ? throw new InvalidOperationException("boom") : false), _time);

        Task<PushVerdict> broken = Try(authority, Peer, "boom");
        Task<PushVerdict> wrong = Try(authority, Peer, "no");
        Task<PushVerdict> right = Try(authority, Peer, "hackme");

        await Assert.ThrowsAsync<InvalidOperationException>(() => broken);
        Assert.Equal((PushVerdict.Wrong, PushVerdict.Allowed), (await wrong, await right));
    }

    [Fact]
    public async Task Guessers_are_answered_late_on_any_number_of_connections_and_beyond_the_limit_learn_nothing()
    {
        int calls = 0;
        var authority = new PushAuthority(
            password =>
            {
                Interlocked.Increment(ref calls);
                return password.SequenceEqual("hackme"u8);
            },
            _time);
        Assert.Equal(PushVerdict.Allowed, await Try(authority, Other, "hackme"));
        Task<PushVerdict>[] wrong = [.. Enumerable.Range(0, 10).Select(i => Try(authority, Peer, "no" + i))];
        await Until.TrueAsync(() => Volatile.Read(ref calls) == 11);
        _time.Advance(PasswordGate.MaxWait);
        Assert.All(await Task.WhenAll(wrong), static verdict => Assert.Equal(PushVerdict.Wrong, verdict));

        Task<PushVerdict>[] many = [.. Enumerable.Range(0, 2 * PushAuthority.MaxHeldPerAddress).Select(_ => Try(authority, Peer, "no0"))];

        // Those with a place wait. The others all get the same answer, however often they try: a right guess is not answered sooner.
        Assert.All(many[..PushAuthority.MaxHeldPerAddress], static task => Assert.False(task.IsCompleted));
        Assert.All(await Task.WhenAll(many[PushAuthority.MaxHeldPerAddress..]),
            static verdict => Assert.Equal(PushVerdict.TooMany, verdict));
        Assert.Equal(PushVerdict.TooMany, await Try(authority, Peer, "hackme"));
        Assert.Equal(PushVerdict.TooMany, await Try(authority, Peer, "hackme"));
        Assert.Equal(PushVerdict.Allowed, await Try(authority, Other, "hackme"));
        _time.Advance(PasswordGate.MaxWait);
        Assert.All(await Task.WhenAll(many[..PushAuthority.MaxHeldPerAddress]), static verdict => Assert.Equal(PushVerdict.Wrong, verdict));

        // Then there are places again, and a client that waits for one gets its verdict.
        Task<PushVerdict> mine = Try(authority, Peer, "hackme");
        Assert.False(mine.IsCompleted);
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(PushVerdict.Allowed, await mine);
    }

    [Fact]
    public async Task Guessers_do_not_lock_out_the_right_password_on_a_network_that_has_logged_in()
    {
        var authority = new PushAuthority("hackme", _time);
        Assert.Equal(PushVerdict.Allowed, await Try(authority, Peer, "hackme"));
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Equal(PushVerdict.Wrong, await Try(authority, Peer, "no"));
        }

        Task<PushVerdict>[] many = [.. Enumerable.Range(0, PushAuthority.MaxHeldPerAddress).Select(_ => Try(authority, Peer, "no"))];

        Assert.All(many, static task => Assert.False(task.IsCompleted));
        Assert.Equal(PushVerdict.Unanswered, await Try(authority, Peer, "no"));
        Assert.Equal(PushVerdict.Allowed, await Try(authority, Peer, "hackme"));
        _time.Advance(PasswordGate.MaxWait);
        await Task.WhenAll(many);
    }

    [Fact]
    public async Task A_client_that_disconnects_frees_its_place()
    {
        var authority = new PushAuthority("hackme", _time);
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Equal(PushVerdict.Wrong, await Try(authority, Peer, "no"));
        }

        using var leaving = new CancellationTokenSource();
        Task<PushVerdict>[] many = [.. Enumerable.Range(0, PushAuthority.MaxHeldPerAddress)
            .Select(_ => authority.JudgeAsync(Peer, new BasicCredentials("source", "no").ToHeader(), leaving.Token))];
        Assert.Equal(PushVerdict.TooMany, await Try(authority, Peer, "hackme"));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(many));

        Task<PushVerdict> mine = Try(authority, Peer, "hackme");
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(PushVerdict.Allowed, await mine);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<PushVerdict> Try(PushAuthority authority, PeerAddress peer, string password) =>
        authority.JudgeAsync(peer, new BasicCredentials("source", password).ToHeader(), Stop)
            .WaitAsync(HangLimit, TimeProvider.System, Stop);

    /// <summary>A wall clock that can be set independently of elapsed time.</summary>
    private sealed class SetClock : FakeTimeProvider
    {
        internal TimeSpan Set { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Set;
    }
}
