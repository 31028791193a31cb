using System.Net;
using System.Security.Cryptography;
using System.Text;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Wire.Http;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Access;

/// <summary>
/// Decides who may do what, for all protocols: <c>network ─► open station ─► link ─► password, token or proof ─► another service</c>.
/// Any thread may call.
/// </summary>
/// <remarks>
/// Wrong passwords of all protocols together are counted and delayed (<see cref="PasswordAuthority"/>). No slow hash is computed under a
/// lock, and none twice. A decision holds for a connection until <see cref="Current"/> is another.
/// </remarks>
internal sealed class AccessControl : IDisposable
{
    /// <summary>The realm of all passwords.</summary>
    internal const string Realm = "linnet";

    /// <summary>The challenge for a password.</summary>
    internal const string BasicChallenge = $"Basic realm=\"{Realm}\", charset=\"UTF-8\"";

    private const string Bearer = "Bearer ";

    private readonly PasswordAuthority _passwords;
    private readonly DigestNonce _nonces;
    private readonly Func<IPAddress, bool> _isPublic;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _sayingClear;
    private readonly LogThrottle _sayingNetwork;
    private readonly LogThrottle _sayingLink;
    private readonly LogThrottle _sayingWrong;
    private readonly string _dummyToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly Lock _changing = new();
    private volatile AccessState _state;

    /// <summary>Creates it.</summary>
    /// <param name="options">The rules.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log; default none.</param>
    /// <param name="pushPassword">The password with which everyone may push to all stations; default none.</param>
    /// <param name="isPublic">Whether an address is one of the Internet, for a warning; default: none is.</param>
    internal AccessControl(
        AccessOptions options, TimeProvider time, ILogger? logger = null, string? pushPassword = null,
        Func<IPAddress, bool>? isPublic = null)
    {
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _isPublic = isPublic ?? (static _ => false);
        _passwords = new PasswordAuthority(time);
        _nonces = new DigestNonce(time);
        _sayingClear = new LogThrottle(time);
        _sayingNetwork = new LogThrottle(time);
        _sayingLink = new LogThrottle(time);
        _sayingWrong = new LogThrottle(time);
        _state = new AccessState(options, pushPassword, CreateHook(options));
    }

    /// <summary>The rules. A new value holds for every request from then on.</summary>
    internal AccessOptions Options
    {
        get => _state.Options;
        set
        {
            lock (_changing)
            {
                Change(value, _state.PushPassword);
            }
        }
    }

    /// <summary>What decisions depend on: another object after each change.</summary>
    internal object Current => _state;

    /// <summary>Whether anyone may push.</summary>
    internal bool AllowsPushing => _state.AllowsPushing;

    /// <summary>Whether proofs of stream tokens can be asked for.</summary>
    internal bool HasStreamTokens => _state.HasStreamTokens;

    /// <summary>Replaces everything at once. Those who are already listening or pushing go on.</summary>
    internal void Change(AccessOptions options, string? pushPassword)
    {
        lock (_changing)
        {
            AccessHook? before = _state.Hook;
            bool isSame = before is not null && options.Hook == before.Options;
            _state = new AccessState(options, pushPassword, isSame ? before : CreateHook(options));
            if (!isSame)
            {
                before?.Dispose();
            }
        }
    }

    /// <summary>Whether everyone may hear a station.</summary>
    internal bool IsOpen(string station) => _state.IsOpen(station);

    /// <summary>Whether an address may connect; a refusal is logged at intervals.</summary>
    internal bool Admits(IPAddress address)
    {
        if (_state.Admits(address))
        {
            return true;
        }

        if (_sayingNetwork.TrySay(out Unsaid unsaid))
        {
            _logger.NetworkNotAllowed(address, unsaid);
        }

        return false;
    }

    /// <summary>A nonce for a proof by a client.</summary>
    internal string CreateNonce(PeerAddress peer) => _nonces.Create(peer);

    /// <summary>Judges a request. May wait: for other passwords, for an answer that is delayed, or for another service.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>An exception of <see cref="AccessOptions.Verify"/> reaches only this caller.</remarks>
    internal ValueTask<AccessDecision> JudgeAsync(AccessRequest request, CancellationToken cancellationToken)
    {
        AccessState state = _state;
        return !Admits(request.Client.Address) ? new(new AccessDecision(AccessVerdict.NetworkNotAllowed))
            : request.Action is AccessAction.Listen && request.Station is { } station && state.IsOpen(station)
                ? new(new AccessDecision(AccessVerdict.Allowed))
            : request.Link is { } token ? new(JudgeLink(state, request, token))
            : new(JudgeCredentialsAsync(state, request, cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Hook?.Dispose();

    private AccessHook? CreateHook(AccessOptions options) =>
        options.Hook is { } hook ? new AccessHook(hook, _time, _logger) : null;

    private AccessDecision JudgeLink(AccessState state, AccessRequest request, string token)
    {
        LinkProblem problem = SignedLink.Read(token, state.Options.LinkKeys, out SignedLink? link);
        problem = problem is not LinkProblem.None ? problem
            : link!.Expires <= _time.GetUtcNow().ToUnixTimeSeconds() ? LinkProblem.Expired
            : link.Station != request.Station || request.Action is not AccessAction.Listen ? LinkProblem.OtherPath
            : LinkProblem.None;
        if (problem is LinkProblem.None)
        {
            return new AccessDecision(AccessVerdict.Allowed) { Renditions = link!.Renditions.Count > 0 ? link.Renditions : null };
        }

        if (_sayingLink.TrySay(out Unsaid unsaid))
        {
            _logger.LinkRefused(request.Client, problem.ToWords(), unsaid);
        }

        return new AccessDecision(problem switch
        {
            LinkProblem.Expired => AccessVerdict.LinkExpired,
            LinkProblem.OtherPath => AccessVerdict.LinkElsewhere,
            _ => AccessVerdict.LinkInvalid,
        });
    }

    private async Task<AccessDecision> JudgeCredentialsAsync(
        AccessState state, AccessRequest request, CancellationToken cancellationToken)
    {
        HookVisit? visit = null;
        Account? account = null;
        if (string.IsNullOrEmpty(request.Authorization))
        {
            return request.Action is AccessAction.Listen && state.Hook is not null
                ? new AccessDecision(await AskAsync("", default, cancellationToken).ConfigureAwait(false)) { Visit = visit }
                : new AccessDecision(AccessVerdict.Unnamed);
        }

        if (Read(state, request, out PasswordClaim? claim, out account) is AccessVerdict unread)
        {
            return new AccessDecision(unread);
        }

        if (claim!.IsRight is not true && state.Hook is not null && HasPassword(request, out BasicCredentials? given)
            && request.Action is AccessAction.Listen or AccessAction.Push)
        {
            // Also about a wrong password of an account: that only other names are asked about would tell which names there are.
            claim = claim with { AskAsync = ct => AskAsync(given!.User, claim.Password, ct), IsAskedFirst = account is null };
        }

        AccessVerdict verdict =
            await _passwords.JudgeAsync(PeerAddress.Of(request.Client.Address), claim, cancellationToken).ConfigureAwait(false);
        if (verdict is AccessVerdict.Wrong or AccessVerdict.Unanswered && request.Action is not AccessAction.Push
            && _sayingWrong.TrySay(out Unsaid unsaid))
        {
            _logger.WrongPassword(request.Client, request.Protocol, unsaid);
        }

        return verdict is AccessVerdict.Allowed && account?.May(request.Action, request.Station) == false
            ? new AccessDecision(AccessVerdict.NotPermitted, account)
            : new AccessDecision(verdict, account) { Visit = visit };

        async Task<AccessVerdict> AskAsync(string user, ReadOnlyMemory<byte> password, CancellationToken ct)
        {
            (AccessVerdict answer, visit) = await state.Hook!.AskAsync(request, user, password, ct).ConfigureAwait(false);

            // A client that the service admits has no rights of an account of the same name.
            account = answer is AccessVerdict.Allowed ? null : account;
            return answer;
        }
    }

    private static bool HasPassword(AccessRequest request, out BasicCredentials? credentials) =>
        BasicCredentials.TryParse(request.Authorization, out credentials);

    /// <summary>Reads the credentials of a request.</summary>
    /// <returns>The verdict, where nothing has to be verified; <see langword="null"/>: the claim has to be.</returns>
    private AccessVerdict? Read(AccessState state, AccessRequest request, out PasswordClaim? claim, out Account? account)
    {
        (claim, account) = (null, null);
        string header = request.Authorization!;
        if (header.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase))
        {
            return ReadProof(state, request, out claim, out account);
        }

        bool isToken = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        if (!HasPassword(request, out BasicCredentials? basic) && !isToken)
        {
            return AccessVerdict.Wrong;
        }

        WarnIfInTheClear(request);
        if (request.Proof is not null && !request.IsEncrypted)
        {
            return AccessVerdict.NotEncrypted;
        }

        if (basic is null)
        {
            byte[] token = Encoding.UTF8.GetBytes(header.AsSpan(Bearer.Length).Trim().ToString());
            account = state.FindByToken(token);
            claim = new PasswordClaim("", token) { IsRight = account is not null };
        }
        else
        {
            claim = ClaimOf(state, request, basic, out account);
        }

        return null;
    }

    private static PasswordClaim ClaimOf(AccessState state, AccessRequest request, BasicCredentials basic, out Account? account)
    {
        var claim = new PasswordClaim(basic.User, basic.Password.ToArray());
        account = null;
        if (request.Action is AccessAction.Push && state.IsPushPassword(basic.Password))
        {
            return claim with { IsRight = true };
        }

        account = state.Find(basic.User);
        AccountVerifier? verify = state.Options.Verify;
        if (account?.StreamToken is { } token && request.Proof is not null && IsSame(token, basic.Password))
        {
            return claim with { IsRight = true };
        }

        if (account?.PasswordHash is { } hash)
        {
            return claim with { Hash = hash, Verify = () => verify!(hash, claim.Password.Span) };
        }

        // An unknown name takes as long as a wrong password.
        return state.AnyHash is { } any
            ? claim with { Hash = "none", Verify = () => verify!(any, claim.Password.Span) && false }
            : claim with { IsRight = false };
    }

    /// <summary>Reads a proof of a stream token.</summary>
    private AccessVerdict? ReadProof(AccessState state, AccessRequest request, out PasswordClaim? claim, out Account? account)
    {
        (claim, account) = (null, null);
        if (request.Proof is not (string method, string uri)
            || AuthChallenge.ReadAll([request.Authorization!]) is not [{ IsDigest: true } proof, ..]
            || proof["username"] is not string name || proof["uri"] is not string provenUri || proof["realm"] != Realm)
        {
            return AccessVerdict.Wrong;
        }

        if (!_nonces.IsValid(proof.Nonce, PeerAddress.Of(request.Client.Address)))
        {
            return AccessVerdict.Stale;
        }

        account = state.Find(name);
        string? token = account?.StreamToken;
        bool isRight = DigestProof.IsRight(proof, token ?? _dummyToken, method) && token is not null
            && (provenUri == uri || (StationOf(provenUri) is string station && station == StationOf(uri)));
        claim = new PasswordClaim(name, Encoding.UTF8.GetBytes(proof["response"] ?? "")) { IsRight = isRight };
        return null;
    }

    // Some clients prove the address of the station for all requests, whichever track they name.
    private static string? StationOf(string uri) => RtspUri.TryParse(uri, out RtspUri? read)
        ? read.Segments.FirstOrDefault(static segment => segment[0] != SignedLink.Mark) ?? "" : null;

    private void WarnIfInTheClear(AccessRequest request)
    {
        if (!request.IsEncrypted && _isPublic(request.Client.Address) && _sayingClear.TrySay(out Unsaid unsaid))
        {
            _logger.PasswordInTheClear(request.Client, request.Protocol, unsaid);
        }
    }

    private static bool IsSame(string known, ReadOnlySpan<byte> given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(known)), SHA256.HashData(given));
}
