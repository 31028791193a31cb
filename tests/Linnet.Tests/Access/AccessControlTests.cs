using System.Net;
using System.Security.Cryptography;
using System.Text;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Wire.Http;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Access;

public sealed class AccessControlTests : IDisposable
{
    private const string Uri = "rtsp://radio.example/jazz/opus";

    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.1"), 5000);
    private static readonly LinkKey Key = new("k1", new byte[16]);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly RecordingLogger _log = new();
    private readonly AccessControl _access;
    private int _verified;

    public AccessControlTests() => _access = new AccessControl(
        new AccessOptions
        {
            Accounts =
            [
                new Account("ann")
                {
                    PasswordHash = "#blue", StreamToken = "camera", Roles = [new(AccessAction.Listen, "jazz")],
                    TokenHashes = [Convert.ToHexString(SHA256.HashData("long-token"u8))],
                },
                new Account("bob") { PasswordHash = "#red", Roles = [new(AccessAction.Push, "live")] },
            ],
            Verify = Verify,
            ClosedStations = ["jazz", "news"],
            LinkKeys = [Key],
            DeniedNetworks = [IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("2001:db8::/32")],
        },
        _time, _log, "hackme", static address => !IPAddress.IsLoopback(address));

    public void Dispose() => _access.Dispose();

    [Fact]
    public void What_holds_secrets_prints_none()
    {
        var address = new System.Uri("https://ann:topsecret@radio.example/topsecret/jazz?key=topsecret");
        object[] all =
        [
            new AccessRequest(AccessAction.Listen, "jazz", Client, "HTTP")
            {
                Authorization = "Bearer topsecret", Link = "topsecret", Proof = ("GET", "/~topsecret"), Mount = "/~topsecret/jazz",
            },
            new AccessHookOptions { Address = address },
            new AccessOptions { Hook = new AccessHookOptions { Address = address } },
            new Account("ann") { PasswordHash = "topsecret", StreamToken = "topsecret", TokenHashes = ["topsecret"] },
            new LinkKey("k1", "topsecret"u8.ToArray()),
            new PasswordClaim("ann", "topsecret"u8.ToArray()) { Hash = "topsecret" },
            new RouteProof(1, UInt128.Parse("2147483647123456789", null)),
            new StationRequest(new System.Uri("https://ann:topsecret@radio.example/jazz")),
        ];

        Assert.All(all, static one => Assert.DoesNotContain("topsecret", one.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("2147483647123456789", all[6].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("source", "hackme", AccessVerdict.Allowed)]
    [InlineData("anyone", "hackme", AccessVerdict.Allowed)]
    [InlineData("", "hackme", AccessVerdict.Allowed)]
    [InlineData("bob", "hackme", AccessVerdict.Allowed)]
    [InlineData("bob", "red", AccessVerdict.Allowed)]
    [InlineData("ann", "blue", AccessVerdict.NotPermitted)]
    [InlineData("bob", "blue", AccessVerdict.Wrong)]
    [InlineData("source", "red", AccessVerdict.Wrong)]
    [InlineData("source", "hackm", AccessVerdict.Wrong)]
    [InlineData("source", "hackme ", AccessVerdict.Wrong)]
    [InlineData("source", "", AccessVerdict.Wrong)]
    internal async Task Pushing_takes_the_push_password_with_any_name_or_an_account_of_that_role(
        string user, string password, AccessVerdict verdict) =>
        Assert.Equal(verdict, await JudgeAsync(Push("live") with { Authorization = Basic(user, password) }));

    [Theory]
    [InlineData(null, AccessVerdict.Unnamed)]
    [InlineData("", AccessVerdict.Unnamed)]
    [InlineData("Bearer hackme", AccessVerdict.Wrong)]
    [InlineData("Basic !!!", AccessVerdict.Wrong)]
    [InlineData("Digest username=\"ann\"", AccessVerdict.Wrong)]
    [InlineData("Something else", AccessVerdict.Wrong)]
    internal async Task What_is_no_password_is_none(string? header, AccessVerdict verdict) =>
        Assert.Equal(verdict, await JudgeAsync(Push("live") with { Authorization = header }));

    [Theory]
    [InlineData("ann", "blue", "jazz", AccessVerdict.Allowed)]
    [InlineData("ann", "blue", "open", AccessVerdict.Allowed)]
    [InlineData("ann", "blue", "news", AccessVerdict.NotPermitted)]
    [InlineData("bob", "red", "jazz", AccessVerdict.NotPermitted)]
    [InlineData("any", "hackme", "jazz", AccessVerdict.Wrong)]
    [InlineData("ann", "camera", "jazz", AccessVerdict.Wrong)]
    internal async Task Listening_to_a_closed_station_takes_an_account_of_that_role(
        string user, string password, string station, AccessVerdict verdict) =>
        Assert.Equal(verdict, await JudgeAsync(Listen(station) with { Authorization = Basic(user, password) }));

    [Fact]
    public async Task A_bearer_token_stands_for_its_account()
    {
        Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(Listen("jazz") with { Authorization = "Bearer long-token" }));
        Assert.Equal(AccessVerdict.NotPermitted, await JudgeAsync(Listen("news") with { Authorization = "bearer long-token" }));
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(Listen("jazz") with { Authorization = "Bearer long-toke" }));
    }

    [Fact]
    public async Task A_slow_hash_is_computed_once_for_an_account_and_its_password_and_for_unknown_names_too()
    {
        AccessRequest ann = Listen("jazz") with { Authorization = Basic("ann", "blue") };
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(ann));
        }

        Assert.Equal(1, _verified);
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(Listen("jazz") with { Authorization = Basic("nobody", "blue") }));
        Assert.Equal(2, _verified);
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(Listen("jazz") with { Authorization = Basic("bob", "blue") }));
        Assert.Equal(3, _verified);
    }

    [Fact]
    public async Task A_password_that_a_reload_removes_or_changes_is_wrong_at_once()
    {
        AccessRequest old = Listen("jazz") with { Authorization = Basic("ann", "blue") };
        Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(old));
        Account ann = _access.Options.Accounts[0];

        _access.Options = _access.Options with { Accounts = [ann with { PasswordHash = "#pink" }] };
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(old));
        Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(old with { Authorization = Basic("ann", "pink") }));

        _access.Options = _access.Options with { Accounts = [] };
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(old with { Authorization = Basic("ann", "pink") }));

        AccessRequest push = Push("live") with { Authorization = Basic("source", "hackme"), Client = new(IPAddress.Loopback, 1) };
        Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(push));
        _access.Change(_access.Options, "another");
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(push));
    }

    [Fact]
    public async Task During_a_guessing_attack_a_pusher_and_a_listener_at_the_same_address_get_in()
    {
        AccessRequest push = Push("live") with { Authorization = Basic("bob", "red") };
        AccessRequest listen = Listen("jazz") with { Authorization = Basic("ann", "blue") };
        AccessRequest camera = Describe() with { Authorization = Proof("ann", "camera", "SHA-256") };
        Assert.Equal((AccessVerdict.Allowed, AccessVerdict.Allowed), (await JudgeAsync(push), await JudgeAsync(listen)));
        Task<AccessVerdict>[] guesses =
        [
            .. Enumerable.Range(0, 100).Select(i => JudgeAsync(Push("live") with { Authorization = Basic("bob", $"no{i}") })),
            .. Enumerable.Range(0, 100).Select(i => JudgeAsync(Listen("jazz") with { Authorization = Basic($"x{i}", "no") })),
            .. Enumerable.Range(0, 100).Select(i => JudgeAsync(Describe() with { Authorization = Proof("ann", $"{i}", "MD5") })),
        ];

        Task<AccessVerdict>[] mine = [JudgeAsync(push), JudgeAsync(listen), JudgeAsync(camera)];
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            return Task.WhenAll([.. guesses, .. mine]).IsCompleted;
        });

        Assert.All(await Task.WhenAll(mine), static verdict => Assert.Equal(AccessVerdict.Allowed, verdict));
        Assert.All(await Task.WhenAll(guesses), static verdict => Assert.NotEqual(AccessVerdict.Allowed, verdict));
    }

    [Fact]
    public async Task Wrong_passwords_over_one_protocol_delay_the_answers_over_the_others()
    {
        for (int i = 0; i < PasswordGate.FreeTries; i++)
        {
            Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(Listen("jazz") with { Authorization = Basic("ann", $"no{i}") }));
        }

        Task<AccessVerdict> proof = JudgeAsync(Describe() with { Authorization = Proof("ann", "camera", "MD5") });
        Task<AccessVerdict> other = JudgeAsync(
            Push("live") with { Authorization = Basic("source", "hackme"), Client = new IPEndPoint(IPAddress.Loopback, 1) });

        Assert.Equal(AccessVerdict.Allowed, await other);
        Assert.False(proof.IsCompleted);
        _time.Advance(PasswordGate.MaxWait);
        Assert.Equal(AccessVerdict.Allowed, await proof);
    }

    [Theory]
    [InlineData("ann", "camera", "MD5", AccessVerdict.Allowed)]
    [InlineData("ann", "camera", "SHA-256", AccessVerdict.Allowed)]
    [InlineData("ann", "camera", "SHA-256, qop=\"auth\"", AccessVerdict.Allowed)]
    [InlineData("ann", "camera", "MD5-sess, qop=\"auth\"", AccessVerdict.Allowed)]
    [InlineData("ann", "blue", "MD5", AccessVerdict.Wrong)]
    [InlineData("bob", "red", "MD5", AccessVerdict.Wrong)]
    [InlineData("eve", "camera", "MD5", AccessVerdict.Wrong)]
    internal async Task A_proof_of_the_stream_token_is_accepted_and_one_of_the_password_is_not(
        string user, string token, string algorithm, AccessVerdict verdict) =>
        Assert.Equal(verdict, await JudgeAsync(Describe() with { Authorization = Proof(user, token, algorithm) }));

    [Fact]
    public async Task A_proof_is_for_its_method_station_and_network_and_for_five_minutes()
    {
        string proof = Proof("ann", "camera", "MD5");
        Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(Describe() with { Authorization = proof }));
        Assert.Equal(
            AccessVerdict.Allowed,
            await JudgeAsync(Describe() with { Authorization = proof, Proof = ("DESCRIBE", Uri + "/audio") }));
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(Describe() with { Authorization = proof, Proof = ("PLAY", Uri) }));
        Assert.Equal(
            AccessVerdict.Wrong,
            await JudgeAsync(Describe() with { Authorization = proof, Proof = ("DESCRIBE", "rtsp://radio.example/news") }));
        Assert.Equal(
            AccessVerdict.Stale,
            await JudgeAsync(Describe() with { Authorization = proof, Client = new IPEndPoint(IPAddress.Loopback, 1) }));

        _time.Advance(DigestNonce.Validity);
        Assert.Equal(AccessVerdict.Allowed, await JudgeAsync(Describe() with { Authorization = proof }));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(AccessVerdict.Stale, await JudgeAsync(Describe() with { Authorization = proof }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%")]
    public async Task A_nonce_that_was_not_given_here_is_stale_and_counts_as_no_guess(string nonce)
    {
        string header = DigestProof.Write(Challenge(nonce, "MD5"), new RtspCredentials("ann", "camera"), "DESCRIBE", Uri, 1, "c");
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(AccessVerdict.Stale, await JudgeAsync(Describe() with { Authorization = header }));
        }
    }

    [Theory]
    [InlineData("blue", true, AccessVerdict.Allowed)]
    [InlineData("camera", true, AccessVerdict.Allowed)]
    [InlineData("no", true, AccessVerdict.Wrong)]
    [InlineData("blue", false, AccessVerdict.NotEncrypted)]
    internal async Task Over_RTSP_a_password_is_accepted_under_TLS_only(string password, bool isEncrypted, AccessVerdict verdict) =>
        Assert.Equal(
            verdict, await JudgeAsync(Describe() with { Authorization = Basic("ann", password), IsEncrypted = isEncrypted }));

    [Theory]
    [InlineData("jazz", 1, AccessVerdict.Allowed)]
    [InlineData("jazz", 0, AccessVerdict.LinkExpired)]
    [InlineData("news", 1, AccessVerdict.LinkElsewhere)]
    [InlineData("open", 0, AccessVerdict.Allowed)]
    internal async Task A_link_opens_its_station_until_it_expires(string station, int seconds, AccessVerdict verdict)
    {
        string token = Key.Sign("jazz", _time.GetUtcNow().AddSeconds(seconds), "mp3")[2..];

        AccessDecision decision = await _access.JudgeAsync(Listen(station) with { Link = token }, Stop);

        Assert.Equal(verdict, decision.Verdict);
        Assert.Equal(station == "jazz" && seconds > 0 ? ["mp3"] : null, decision.Renditions);
    }

    [Fact]
    public async Task A_link_permits_no_push_and_a_broken_one_is_no_password_prompt()
    {
        string token = Key.Sign("live", _time.GetUtcNow().AddHours(1))[2..];

        Assert.Equal(AccessVerdict.LinkElsewhere, await JudgeAsync(Push("live") with { Link = token }));
        Assert.Equal(AccessVerdict.LinkInvalid, await JudgeAsync(Listen("jazz") with { Link = token + "A" }));
        Assert.Equal(
            ["404 192.0.2.1:5000 used a link that is not accepted: other path"], _log.Lines);
    }

    [Fact]
    public async Task A_wrong_password_of_a_listener_is_logged_without_what_was_sent()
    {
        Assert.Equal(AccessVerdict.Wrong, await JudgeAsync(Listen("jazz") with { Authorization = Basic("ann", "guess") }));

        Assert.Equal("405 192.0.2.1:5000 sent a wrong name or password over HTTP", _log.Lines[^1]);
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("198.51.100.7", false)]
    [InlineData("::ffff:198.51.100.7", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001:db9::1", true)]
    public async Task An_address_of_a_denied_network_may_do_nothing(string address, bool isAllowed)
    {
        AccessVerdict verdict = await JudgeAsync(Listen("open") with { Client = new IPEndPoint(IPAddress.Parse(address), 1) });

        Assert.Equal(isAllowed ? AccessVerdict.Allowed : AccessVerdict.NetworkNotAllowed, verdict);
    }

    [Fact]
    public void Where_networks_are_allowed_all_others_are_denied()
    {
        _access.Options = new AccessOptions
        {
            AllowedNetworks = [IPNetwork.Parse("10.0.0.0/8")],
            DeniedNetworks = [IPNetwork.Parse("10.1.0.0/16")],
        };

        Assert.Equal(
            [true, false, false],
            ((string[])["10.2.0.1", "10.1.0.1", "192.0.2.1"]).Select(a => _access.Admits(IPAddress.Parse(a))));
    }

    [Fact]
    public async Task A_password_in_the_clear_from_a_public_address_is_logged_once_in_a_while()
    {
        for (int i = 0; i < 3; i++)
        {
            await JudgeAsync(Listen("jazz") with { Authorization = Basic("ann", "blue") });
        }

        await JudgeAsync(Listen("jazz") with { Authorization = Basic("ann", "blue"), IsEncrypted = true });
        await JudgeAsync(Listen("jazz") with { Authorization = Basic("ann", "blue"), Client = new(IPAddress.Loopback, 1) });

        Assert.StartsWith("400 192.0.2.1:5000 sent a password over HTTP without TLS", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_contradict_themselves_are_problems() => Assert.Equal(
        [
            "There are two accounts named a.",
            "The name of an account must have characters, and none of them a colon: 'b:c'.",
            "Verify must be set, since an account has a password.",
            "There are two link keys k1.",
        ],
        new AccessOptions
        {
            Accounts = [new("a"), new("a") { PasswordHash = "x" }, new("b:c")],
            LinkKeys = [Key, Key],
        }.Problems());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static AccessRequest Listen(string station) => new(AccessAction.Listen, station, Client, "HTTP");

    private static AccessRequest Push(string station) => new(AccessAction.Push, station, Client, "HTTP");

    private static AccessRequest Describe() => Listen("jazz") with { Proof = ("DESCRIBE", Uri) };

    private static string Basic(string user, string password) => new BasicCredentials(user, password).ToHeader();

    private static AuthChallenge Challenge(string nonce, string algorithm) =>
        AuthChallenge.ReadAll([$"Digest realm=\"linnet\", nonce=\"{nonce}\", algorithm={algorithm}"])[0];

    private string Proof(string user, string token, string algorithm) => DigestProof.Write(
        Challenge(_access.CreateNonce(PeerAddress.Of(Client.Address)), algorithm), new RtspCredentials(user, token), "DESCRIBE", Uri, 1,
        "c");

    private async Task<AccessVerdict> JudgeAsync(AccessRequest request) =>
        (await _access.JudgeAsync(request, Stop).AsTask().WaitAsync(HangLimit, TimeProvider.System, Stop)).Verdict;

    private bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        Interlocked.Increment(ref _verified);
        return hash == "#" + Encoding.UTF8.GetString(password);
    }
}
