using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Servers that require a login, as cameras do.</summary>
public sealed class RtspAccountTests
{
    private const string User = "ann";
    private const string Password = "s3cret@/:%";
    private const string UserInfo = "ann:s3cret%40%2F%3A%25";

    private readonly List<string> _faults = [];
    private int _nonce = 1;
    private int _answered;
    private uint _lastCount;
    private bool _losesRequests;

    [Theory]
    [InlineData("Basic", 0)]
    [InlineData("Digest MD5", 0)]
    [InlineData("Digest SHA-256", 0)]
    [InlineData("Digest MD5 auth", 0)]
    [InlineData("Digest SHA-256 auth", 0)]
    [InlineData("Digest MD5-sess auth", 0)]
    [InlineData("Digest MD5 auth stale", 1)]
    [InlineData("Digest MD5 auth stale", 2)]
    [InlineData("Digest MD5 auth stale late", 0)]
    [InlineData("Digest SHA-256 new", 1)]
    [InlineData("Digest MD5 new", 3)]
    public async Task Every_request_is_signed_as_the_server_requires(string way, int answersPerNonce)
    {
        await using FakeRtspServer server = Serve(way, answersPerNonce);

        await using RtspReceiver receiver = await ConnectAsync(Address(server, UserInfo));
        await HearAsync(server, receiver);

        Assert.Empty(_faults);
        Assert.Equal(
            [RtspMethod.Options, RtspMethod.Describe, RtspMethod.Setup, RtspMethod.Play, RtspMethod.Teardown],
            server.Requests.Where(r => r.Headers.Contains(RtspHeaderNames.Authorization)).Select(r => r.Method).Distinct());
        Assert.DoesNotContain(server.Requests, r => r.Uri.Contains('@', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Basic", "ann:wrong", 1, "does not accept this user name and password")]
    [InlineData("Digest MD5 auth", "ann:wrong", 1, "does not accept this user name and password")]
    [InlineData("Digest MD5 auth", "bob:s3cret%40%2F%3A%25", 1, "does not accept this user name and password")]
    [InlineData("Digest MD5 new", "ann:wrong", 2, "does not accept this user name and password")]
    [InlineData("Digest MD5 stale", "ann:wrong", 4, "does not accept this user name and password")]
    [InlineData("Basic", "ann", 1, "does not accept this user name and password")]
    [InlineData("Basic", "", 1, "wants a user name and a password: write them before the host, as in USER:PASSWORD@127.0.0.1")]
    [InlineData("NTLM", "ann:wrong", 1, "requires an authentication that Linnet does not support (NTLM)")]
    public async Task A_refused_login_is_final_and_explained_at_once(string way, string userInfo, int tries, string said)
    {
        await using FakeRtspServer server =
            Serve(way, way.Contains("stale", StringComparison.Ordinal) || way.Contains("new", StringComparison.Ordinal) ? 1 : 0);

        RtspException e = await Assert.ThrowsAsync<RtspException>(
            () => ConnectAsync(Address(server, userInfo)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.True(e.IsFinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", e.Message, StringComparison.Ordinal);

        // Each further attempt could contribute to a lockout.
        Assert.Equal(tries, server.Requests.Count(r => r.Method == RtspMethod.Describe));
    }

    [Theory]
    [InlineData("MD5")]
    [InlineData("SHA-256")]
    public async Task A_password_is_sent_only_on_request_and_never_if_a_digest_is_possible_of_which_the_strongest_is_used(
        string strongest)
    {
        await using FakeRtspServer server = Serve($"Digest {strongest} auth", 0);
        Func<FakeRtspConnection, RtspRequest, RtspResponse?> script = server.Script;
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = script(connection, request);
            if (answer?.Status is RtspStatus.Unauthorized)
            {
                string digest = answer.Headers[RtspHeaderNames.WwwAuthenticate]!;
                answer.Headers[RtspHeaderNames.WwwAuthenticate] = "Basic realm=\"cam\"";
                answer.Headers.Add(RtspHeaderNames.WwwAuthenticate, digest.Replace(strongest, "SHA-512", StringComparison.Ordinal));
                if (strongest != "MD5")
                {
                    answer.Headers.Add(RtspHeaderNames.WwwAuthenticate, digest.Replace(strongest, "MD5", StringComparison.Ordinal));
                }

                answer.Headers.Add(RtspHeaderNames.WwwAuthenticate, digest);
            }

            return answer;
        };

        await using RtspReceiver receiver = await ConnectAsync(Address(server, UserInfo));

        Assert.Empty(_faults);
        Assert.False(server.Requests.First().Headers.Contains(RtspHeaderNames.Authorization));
        Assert.All(server.Requests.Skip(1),
            r => Assert.StartsWith("Digest ", r.Headers[RtspHeaderNames.Authorization], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", algorithm=SHA-512-256, qop=\"auth\"", "(Digest SHA-512-256 auth)")]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", algorithm=MD5, qop=\"auth-int\"", "(Digest MD5 auth-int)")]
    [InlineData("Digest realm=\"cam\"", "(Digest)")]
    public async Task A_password_is_not_sent_if_the_server_requires_an_unsupported_digest(string digest, string said)
    {
        await using var server = new FakeRtspServer();
        server.Script = (_, request) =>
        {
            RtspResponse refusal = request.Answer(RtspStatus.Unauthorized);
            refusal.Headers.Add(RtspHeaderNames.WwwAuthenticate, "Basic realm=\"cam\"");
            refusal.Headers.Add(RtspHeaderNames.WwwAuthenticate, digest);
            return refusal;
        };

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => ConnectAsync(Address(server, UserInfo)));

        Assert.True(e.IsFinal);
        Assert.Contains($"requires an authentication that Linnet does not support {said}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, r => r.Headers.Contains(RtspHeaderNames.Authorization));
    }

    [Fact]
    public async Task A_password_is_not_sent_to_another_server_after_a_redirect()
    {
        await using FakeRtspServer other = Serve("Basic", 0);
        await using var first = new FakeRtspServer();
        first.Script = (_, request) =>
        {
            RtspResponse answer = request.Answer(request.Method == RtspMethod.Options ? RtspStatus.Ok : RtspStatus.MovedTemporarily);
            answer.Headers.Add(RtspHeaderNames.Location, other.Url);
            return answer;
        };

        RtspException e = await Assert.ThrowsAsync<RtspException>(
            () => ConnectAsync(Address(first, UserInfo).Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));

        Assert.Contains("wants a user name and a password", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Requests, r => r.Headers.Contains(RtspHeaderNames.Authorization));
    }

    [Theory]
    [InlineData("rtsp://a%0d%0aX:b@host/")]
    [InlineData("rtsp://a:b%00@host/")]
    public void Credentials_with_control_characters_are_not_an_address(string address) => Assert.False(RtspUri.TryParse(address, out _));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_closes_when_it_asks_for_a_login_is_asked_again_with_one(bool closesAfterOptions)
    {
        await using FakeRtspServer server = Serve("Digest MD5 auth", 0);

        // Requests sent while the connection closes are counted by the client but never seen here.
        _losesRequests = true;
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(TestContext.Current.CancellationToken))
            {
                server.Requests.Enqueue(request);
                RtspResponse answer = server.Script(connection, request) ?? server.Answer(connection, request);
                await connection.SendAsync(answer);
                if (answer.Status is RtspStatus.Unauthorized || (closesAfterOptions && request.Method == RtspMethod.Options))
                {
                    return;
                }
            }
        };

        await using RtspReceiver receiver = await ConnectAsync(Address(server, UserInfo));

        Assert.Empty(_faults);
        Assert.Equal("L16", receiver.Payload.EncodingName);
    }

    private static async Task HearAsync(FakeRtspServer server, RtspReceiver receiver)
    {
        using var stop = new CancellationTokenSource();
        var sink = new RecordingSink();
        Task hearing = receiver.RunAsync(sink, stop.Token);
        Task playing = server.PlayingAsync().AsTask();
        if (await Task.WhenAny(playing, hearing) == hearing)
        {
            await hearing;
            Assert.Fail("Receiving ended before PLAY.");
        }

        await RtspClients.StopAsync(stop, hearing);
    }

    private static string Address(FakeRtspServer server, string userInfo) =>
        userInfo.Length == 0 ? server.Url : server.Url.Replace("rtsp://", $"rtsp://{userInfo}@", StringComparison.Ordinal);

    private static Task<RtspReceiver> ConnectAsync(string address)
    {
        Assert.True(RtspUri.TryParse(new Uri(address), out RtspUri? uri));
        return RtspReceiver.ConnectAsync(
            new RtspReceiverOptions { Address = uri, Transport = RtspTransport.Tcp }, TimeProvider.System, new Random(1),
            NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    // Checks the signature of each request independently.
    private FakeRtspServer Serve(string way, int answersPerNonce)
    {
        var server = new FakeRtspServer();
        server.Script = (_, request) =>
        {
            string[] words = way.Split(' ');
            if (request.Headers[RtspHeaderNames.Authorization] is string given && words[0] != "NTLM")
            {
                string? fault = words[0] == "Basic"
                    ? given == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")) ? null : "password"
                    : FaultOf(words, request, AuthChallenge.ReadAll([given])[0]);
                // The nonces are stale before they arrive, twice.
                bool isLate = words.Contains("late") && fault is null && _answered++ < 2;
                if (fault is null && !isLate && (answersPerNonce == 0 || _answered++ % (answersPerNonce + 1) != answersPerNonce))
                {
                    return null;
                }

                if (fault is not (null or "password"))
                {
                    _faults.Add($"{request.Method}: {fault}");
                }

                _nonce += answersPerNonce > 0 || isLate ? 1 : 0;
                _lastCount = 0;
            }

            RtspResponse refusal = request.Answer(RtspStatus.Unauthorized);
            refusal.Headers.Add(
                RtspHeaderNames.WwwAuthenticate,
                words[0] is "Basic" or "NTLM" ? $"{words[0]} realm=\"cam\""
                    : $"Digest realm=\"cam \\\"1\\\"\", nonce=\"n{_nonce}\", algorithm={words[1]}, opaque=\"o\""
                        + (words.Contains("auth") ? ", qop=\"auth\"" : "")
                        + (words.Contains("stale") && request.Headers.Contains(RtspHeaderNames.Authorization) ? ", stale=true" : ""));
            return refusal;
        };
        return server;
    }

    private string? FaultOf(string[] words, RtspRequest request, AuthChallenge given)
    {
#pragma warning disable CA5351 // Cameras require it.
        string Hash(string text) => Convert.ToHexStringLower(
            words[1].StartsWith("MD5", StringComparison.Ordinal)
                ? MD5.HashData(Encoding.UTF8.GetBytes(text)) : SHA256.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

        string key = Hash($"{User}:cam \"1\":{Password}");
        key = words[1].EndsWith("-sess", StringComparison.Ordinal) ? Hash($"{key}:{given.Nonce}:{given["cnonce"]}") : key;
        string middle = words.Contains("auth") ? $"{given["nc"]}:{given["cnonce"]}:auth:" : "";
        if (given.Nonce != $"n{_nonce}" || given["realm"] != "cam \"1\"" || given["opaque"] != "o" || given["uri"] != request.Uri)
        {
            return "another challenge's";
        }

        if (words.Contains("auth"))
        {
            uint count = uint.Parse(given["nc"]!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            bool isNext = _losesRequests ? count > _lastCount : count == _lastCount + 1;
            if (!isNext || given["qop"] != "auth" || given["cnonce"] is not { Length: >= 8 })
            {
                return $"count {count} after {_lastCount}, with the nonce {given["cnonce"]}";
            }

            _lastCount = count;
        }

        return given["username"] == User
            && given["response"] == Hash($"{key}:{given.Nonce}:{middle}{Hash($"{request.Method}:{request.Uri}")}") ? null : "password";
    }
}
