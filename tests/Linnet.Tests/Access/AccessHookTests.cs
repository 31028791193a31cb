using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Tests.Fakes;
using Linnet.Wire.Http;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Access;

public sealed class AccessHookTests : IAsyncDisposable
{
    private const string Admitted = "HTTP/1.1 200 OK\r\nicecast-auth-user: 1\r\nContent-Length: 0\r\n\r\n";
    private const string Refused = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly HookService _service = new();
    private AccessControl? _access;
    private int _verified;

    public async ValueTask DisposeAsync()
    {
        _access?.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_listener_is_asked_about_and_reported_in_the_form_of_Icecast()
    {
        _service.Answer = Admitted;
        AccessDecision decision = await JudgeAsync(Listen("jazz") with
        {
            Authorization = new BasicCredentials("ann", "b&ue").ToHeader(),
            Mount = "/jazz.mp3",
            Server = "radio.example:8000",
            Agent = "A player/1 (x)",
        });
        Assert.True(decision.IsAllowed);
        _time.Advance(TimeSpan.FromSeconds(90));
        decision.Visit!.End();
        decision.Visit.End();

        Assert.Equal(
            "action=listener_add&server=radio.example&port=8000&client=1&mount=%2Fjazz.mp3&user=ann&pass=b%26ue&ip=192.0.2.1"
                + "&agent=A+player%2F1+%28x%29",
            await _service.NextAsync());
        Assert.Equal(
            "action=listener_remove&server=radio.example&port=8000&client=1&mount=%2Fjazz.mp3&user=ann&pass=b%26ue&ip=192.0.2.1"
                + "&agent=A+player%2F1+%28x%29&duration=90",
            await _service.NextAsync());
        Assert.Empty(_service.Asked);
    }

    [Fact]
    public async Task A_pusher_is_asked_about_in_the_form_of_Icecast()
    {
        _service.Answer = Admitted;
        AccessDecision decision = await JudgeAsync(new AccessRequest(
            AccessAction.Push, "live", new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1), "HTTP")
        {
            Authorization = new BasicCredentials("source", "x").ToHeader(),
            Mount = "/live",
            Server = "[2001:db8::2]",
        });

        Assert.Equal((true, null), (decision.IsAllowed, decision.Visit));
        Assert.Equal(
            "action=stream_auth&mount=%2Flive&ip=2001%3Adb8%3A%3A1&server=%5B2001%3Adb8%3A%3A2%5D&port=&user=source&pass=x",
            await _service.NextAsync());
    }

    [Theory]
    [InlineData(Admitted, "", AccessVerdict.Allowed)]
    [InlineData(Refused, "", AccessVerdict.Unnamed)]
    [InlineData(Refused, "ann", AccessVerdict.Wrong)]
    [InlineData("HTTP/1.1 403 Forbidden\r\nicecast-auth-user: 1\r\nContent-Length: 0\r\n\r\n", "", AccessVerdict.Unnamed)]
    [InlineData("HTTP/1.1 200 OK\r\nicecast-auth-user: 0\r\nContent-Length: 0\r\n\r\n", "", AccessVerdict.Unnamed)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nicecast-auth-user: 1\r\nContent-Length: 0\r\n\r\n", "",
        AccessVerdict.NoAnswer)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "ann", AccessVerdict.NoAnswer)]
    [InlineData("", "ann", AccessVerdict.NoAnswer)]
    internal async Task The_answer_decides(string answer, string user, AccessVerdict verdict)
    {
        _service.Answer = answer;

        AccessDecision decision = await JudgeAsync(Listen("jazz") with
        {
            Authorization = user.Length > 0 ? new BasicCredentials(user, "x").ToHeader() : null,
        });

        Assert.Equal(verdict, decision.Verdict);
        Assert.Equal(
            verdict is AccessVerdict.NoAnswer ? 1 : 0, _log.Lines.Count(static l => l.StartsWith("401 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_an_answer_the_default_holds_and_no_password_is_called_wrong()
    {
        _service.Answer = "";
        for (int i = 0; i < 6; i++)
        {
            AccessRequest request = Listen("jazz") with { Authorization = new BasicCredentials("ann", $"{i}").ToHeader() };
            Assert.Equal(AccessVerdict.NoAnswer, (await InTimeAsync(JudgeAsync(request))).Verdict);
        }

        _access!.Options = _access.Options with { Hook = _access.Options.Hook! with { AdmitsOnFailure = true } };
        Assert.Equal(AccessVerdict.Allowed, (await JudgeAsync(Listen("jazz"))).Verdict);
    }

    [Fact]
    public async Task An_answer_is_remembered_for_the_same_client_and_station_for_a_minute()
    {
        _service.Answer = Admitted;
        await JudgeAsync(Listen("jazz"));
        _service.Answer = Refused;

        Assert.True((await JudgeAsync(Listen("jazz"))).IsAllowed);
        Assert.False((await JudgeAsync(Listen("news"))).IsAllowed);
        Assert.False((await JudgeAsync(Listen("jazz") with { Client = new(IPAddress.Loopback, 1) })).IsAllowed);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False((await JudgeAsync(Listen("jazz"))).IsAllowed);
        Assert.Equal(4, _service.Count);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_holds_up_nobody_else_and_is_given_up_in_time()
    {
        _service.Answer = null;
        Task<AccessDecision>[] waiting =
        [
            .. Enumerable.Range(0, AccessHook.MaxQuestions)
                .Select(i => JudgeAsync(Listen($"closed-{i}", $"192.0.2.{i / AccessHook.MaxQuestionsPerAddress}"))),
        ];
        await Until.TrueAsync(() => _service.Count == AccessHook.MaxQuestions);

        Task<AccessDecision> same = JudgeAsync(Listen("closed-0", "192.0.2.0"));
        Assert.Equal(AccessVerdict.TooMany, (await JudgeAsync(Listen("jazz"))).Verdict);
        Assert.Equal(AccessVerdict.Allowed, (await JudgeAsync(Listen("open"))).Verdict);
        Assert.False(same.IsCompleted);
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return same.IsCompleted && Task.WhenAll(waiting).IsCompleted;
        });

        Assert.All(await Task.WhenAll([same, .. waiting]), static d => Assert.Equal(AccessVerdict.NoAnswer, d.Verdict));
        _service.Answer = Admitted;
        Assert.Equal(AccessVerdict.Allowed, (await JudgeAsync(Listen("jazz"))).Verdict);
    }

    [Fact]
    public async Task One_address_cannot_take_the_place_of_others()
    {
        _service.Answer = null;
        Task<AccessDecision>[] waiting =
            [.. Enumerable.Range(0, AccessHook.MaxQuestionsPerAddress).Select(i => JudgeAsync(Listen($"closed-{i}")))];
        await Until.TrueAsync(() => _service.Count == AccessHook.MaxQuestionsPerAddress);

        Assert.Equal(AccessVerdict.TooMany, (await JudgeAsync(Listen("jazz"))).Verdict);
        Task<AccessDecision> other = JudgeAsync(Listen("jazz", "192.0.2.9"));
        await Until.TrueAsync(() => _service.Count == AccessHook.MaxQuestionsPerAddress + 1);
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return other.IsCompleted && Task.WhenAll(waiting).IsCompleted;
        });
    }

    [Fact]
    public async Task An_answer_is_for_one_path_alone()
    {
        _service.Answer = Admitted;
        Assert.True((await JudgeAsync(Listen("jazz") with { Mount = "/jazz-64.mp3" })).IsAllowed);

        _service.Answer = Refused;
        Assert.False((await JudgeAsync(Listen("jazz") with { Mount = "/jazz.flac" })).IsAllowed);
        Assert.True((await JudgeAsync(Listen("jazz") with { Mount = "/jazz-64.mp3" })).IsAllowed);
    }

    [Fact]
    public async Task The_right_password_of_an_account_is_not_asked_about()
    {
        _service.Answer = Refused;

        AccessDecision decision =
            await JudgeAsync(Listen("jazz") with { Authorization = new BasicCredentials("local", "right").ToHeader() });

        Assert.Equal((AccessVerdict.Allowed, "local"), (decision.Verdict, decision.Account?.Name));
        Assert.Equal(0, _service.Count);
    }

    [Theory]
    [InlineData(Refused, AccessVerdict.Wrong)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", AccessVerdict.NoAnswer)]
    internal async Task A_refusal_does_not_tell_whether_there_is_such_an_account(string answer, AccessVerdict verdict)
    {
        _service.Answer = answer;
        foreach (string name in (string[])["local", "stranger"])
        {
            // Those that are delayed after many failures, too.
            for (int i = 0; i < 5; i++)
            {
                AccessRequest request = Listen("jazz", name == "local" ? "192.0.2.1" : "192.0.2.2") with
                {
                    Authorization = new BasicCredentials(name, $"x{i}").ToHeader(),
                };
                (int verified, int asked) = (_verified, _service.Count);

                Assert.Equal(verdict, (await InTimeAsync(JudgeAsync(request))).Verdict);
                Assert.Equal((verified + 1, asked + 1), (_verified, _service.Count));
            }
        }
    }

    [Fact]
    public async Task A_client_that_the_service_admits_has_no_rights_of_the_account_of_this_name()
    {
        _service.Answer = Admitted;

        AccessDecision decision = await JudgeAsync(Listen("jazz") with { Authorization = new BasicCredentials("local", "x").ToHeader() });

        Assert.Equal((AccessVerdict.Allowed, null), (decision.Verdict, decision.Account));
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    [InlineData("99999999999999999999", null)]
    public async Task The_service_limits_how_long_a_listener_may_stay_and_is_then_asked_again(string header, int? seconds)
    {
        _service.Answer = Admitted.Replace("\r\n\r\n", $"\r\nicecast-auth-timelimit: {header}\r\n\r\n", StringComparison.Ordinal);

        Assert.Equal(seconds, (await JudgeAsync(Listen("jazz"))).Visit!.TimeLeft(_time)?.TotalSeconds);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(seconds - 20, (await JudgeAsync(Listen("jazz"))).Visit!.TimeLeft(_time)?.TotalSeconds);
        Assert.Equal(1, _service.Count);
        _time.Advance(TimeSpan.FromSeconds(10));
        await JudgeAsync(Listen("jazz"));
        Assert.Equal(seconds is null ? 1 : 2, _service.Count);
    }

    // Answers after many failures are delayed. The steps are short, so that the service answers in time.
    private async Task<AccessDecision> InTimeAsync(Task<AccessDecision> judging)
    {
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(25));
            return judging.IsCompleted;
        });
        return await judging;
    }

    private static AccessRequest Listen(string station, string address = "192.0.2.1") =>
        new(AccessAction.Listen, station, new IPEndPoint(IPAddress.Parse(address), 1), "HTTP");

    private async Task<AccessDecision> JudgeAsync(AccessRequest request)
    {
        _access ??= new AccessControl(
            new AccessOptions
            {
                Accounts = [new Account("local") { PasswordHash = "right", Roles = [new(AccessAction.Listen, "jazz")] }],
                Verify = (hash, password) => Interlocked.Increment(ref _verified) > 0 && hash == Encoding.UTF8.GetString(password),
                ClosedStations = ["jazz", "news", .. Enumerable.Range(0, AccessHook.MaxQuestions).Select(static i => $"closed-{i}")],
                Hook = new AccessHookOptions { Address = _service.Address, Timeout = TimeSpan.FromSeconds(30) },
            },
            _time, _log);
        return await _access.JudgeAsync(request, TestContext.Current.CancellationToken);
    }
}
