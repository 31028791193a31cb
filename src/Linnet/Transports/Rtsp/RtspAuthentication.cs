using System.Globalization;
using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Decides which requests of one connection are answered: those that describe a station, set it up or play it, unless it is open to
/// everyone. A decision holds for the connection until the accounts change. Used by the connection's task.
/// </summary>
/// <remarks>
/// Under TLS the client is asked for the password, or its stream token, by <c>Basic</c>: players that may choose take <c>Digest</c>, for
/// which a password must be known in the clear. Without TLS it is asked for a proof of the stream token by <c>Digest</c>, SHA-256 first:
/// ffmpeg and GStreamer, which know MD5 alone, take the last challenge. Source: RFC 7616, RFC 7617.
/// </remarks>
internal sealed class RtspAuthentication(RtspServer server, RtspServerConnection connection)
{
    // Valid links that a connection uses are few. Beyond this they are judged again.
    private const int MaxDecisions = 64;

    private readonly Dictionary<(string? Link, string Station), AccessDecision> _decisions = [];
    private readonly List<HookVisit> _visits = [];
    private object? _decidedFor;

    /// <summary>Judges a request.</summary>
    /// <returns>The refusal; <see langword="null"/>: it may be answered.</returns>
    internal async ValueTask<RtspResponse?> RefuseAsync(RtspRequest request, CancellationToken cancellationToken)
    {
        if (request.Method is not (RtspMethod.Describe or RtspMethod.Setup or RtspMethod.Play)
            || !RtspUri.TryParse(request.Uri, out RtspUri? uri)
            || StationOf(uri) is not string station
            || (request.Method is RtspMethod.Play && IsPlaying(request)))
        {
            return null;
        }

        AccessControl access = server.Access;
        if (access.IsOpen(station) && access.Admits(connection.Remote.Address))
        {
            return null;
        }

        object current = access.Current;
        if (_decidedFor != current || _decisions.Count == MaxDecisions)
        {
            _decisions.Clear();
            _decidedFor = current;
        }

        (string? Link, string Station) key = (RtspResource.LinkOf(uri), station);
        if (_decisions.ContainsKey(key))
        {
            return null;
        }

        AccessDecision decision = await access.JudgeAsync(
            new AccessRequest(AccessAction.Listen, station, connection.Remote, "RTSP")
            {
                Authorization = request.Headers[RtspHeaderNames.Authorization],
                Link = key.Link,
                IsEncrypted = connection.IsTls,
                Proof = (request.Method, request.Uri),
                Mount = RtspResource.PathOf(uri),
                Server = uri.Authority,
                Agent = request.Headers[RtspHeaderNames.UserAgent] ?? "",
            },
            cancellationToken).ConfigureAwait(false);
        if (!decision.IsAllowed)
        {
            return Refuse(request, decision.Verdict);
        }

        _decisions.Add(key, decision);
        if (decision.Visit is { } visit)
        {
            _visits.Add(visit);
        }

        return null;
    }

    /// <summary>The renditions that the client may hear by the link in an address; <see langword="null"/>: all.</summary>
    internal IReadOnlyList<string>? RenditionsOf(RtspUri uri) => DecisionOf(uri)?.Renditions;

    /// <summary>When a session that a request sets up must end, as a timestamp; <see langword="null"/>: it may last.</summary>
    internal long? EndOf(RtspRequest request) =>
        RtspUri.TryParse(request.Uri, out RtspUri? uri) ? DecisionOf(uri)?.Visit?.EndsAt : null;

    /// <summary>
    /// Whether the station that was found for an address may be described and set up: the one that was judged, whatever has changed since.
    /// </summary>
    internal bool Permits(RtspUri uri, string station) =>
        server.Access.IsOpen(station) || _decisions.ContainsKey((RtspResource.LinkOf(uri), station));

    /// <summary>The connection has ended.</summary>
    internal void End() => _visits.ForEach(static visit => visit.End());

    private AccessDecision? DecisionOf(RtspUri uri) =>
        StationOf(uri) is string station && _decisions.TryGetValue((RtspResource.LinkOf(uri), station), out AccessDecision decision)
            ? decision : null;

    private string? StationOf(RtspUri uri) =>
        server.Stations.TryFind(RtspResource.NameOf(uri), out StationListing? station) ? station.Name : null;

    // The handler permits it for the session's own rendition only. Neither a reload nor the end of a link ends those who listen.
    private bool IsPlaying(RtspRequest request) =>
        SessionHeader.TryParse(request.Headers[RtspHeaderNames.Session], out SessionHeader? header)
        && connection.SessionTable.Find(header.Id)?.IsPlaying == true;

    private RtspResponse Refuse(RtspRequest request, AccessVerdict verdict)
    {
        if (AccessAnswer.Of(verdict, AccessAction.Listen) is not { } answer)
        {
            connection.Abort();
            return request.Answer(RtspStatus.Unauthorized);
        }

        bool asks = answer.Status is HttpStatusCode.Unauthorized;
        bool canAsk = connection.IsTls || server.Access.HasStreamTokens;
        RtspResponse response = request.Answer(
            asks && canAsk ? RtspStatus.Unauthorized
            : answer.RetryAfter is not null ? RtspStatus.ServiceUnavailable
            : RtspStatus.Forbidden);
        if (answer.RetryAfter is TimeSpan after)
        {
            response.Headers.Add("Retry-After", Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        if (asks && canAsk)
        {
            Challenge(response, isStale: verdict is AccessVerdict.Stale);
        }

        response.Headers.Add(RtspHeaderNames.ContentType, RtspRequestHandler.TextType);
        response.Body = Encoding.UTF8.GetBytes(
            (asks && !canAsk ? "This station is not open to everyone, and without TLS no password is accepted: use rtsps, or a link."
                : answer.Text) + "\r\n");
        return response;
    }

    private void Challenge(RtspResponse response, bool isStale)
    {
        if (connection.IsTls)
        {
            response.Headers.Add(RtspHeaderNames.WwwAuthenticate, AccessControl.BasicChallenge);
            return;
        }

        string nonce = server.Access.CreateNonce(connection.Peer);
        string rest = $"realm=\"{AccessControl.Realm}\", nonce=\"{nonce}\"{(isStale ? ", stale=true" : "")}";
        response.Headers.Add(RtspHeaderNames.WwwAuthenticate, $"Digest {rest}, algorithm=SHA-256, qop=\"auth\"");
        response.Headers.Add(RtspHeaderNames.WwwAuthenticate, $"Digest {rest}, algorithm=MD5");
    }
}
