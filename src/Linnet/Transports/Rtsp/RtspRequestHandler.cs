using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>Answers the requests of one connection.</summary>
/// <remarks>Source: RFC 2326 §10 (methods), §11 (statuses), §A.2 (states).</remarks>
internal sealed class RtspRequestHandler(RtspServer server, RtspServerConnection connection)
{
    internal const string TextType = "text/plain; charset=utf-8";
    private const string RetryAfter = "Retry-After";

    private static readonly string Methods = string.Join(
        ", ",
        RtspMethod.Options, RtspMethod.Describe, RtspMethod.Setup, RtspMethod.Play, RtspMethod.Pause,
        RtspMethod.GetParameter, RtspMethod.SetParameter, RtspMethod.Teardown);

    // When to ask again, where no better estimate exists.
    private static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(10);

    private static readonly string[] AcceptableTypes = [SessionDescription.ContentType, "application/*", "*/*"];

    private readonly RtspAuthentication _authentication = new(server, connection);

    // Distinguishes this run's descriptions from another's.
    private readonly ulong _sessionId = (ulong)server.Time.GetUtcNow().ToUnixTimeMilliseconds();

    // UDP does not reach a client behind a proxy: it knows the proxy's address alone, and its own may be unreachable from here.
    private RtpSender? Rtp => connection.IsDirect ? server.Rtp : null;

    /// <summary>The connection has ended.</summary>
    internal void End() => _authentication.End();

    /// <summary>Does what is asked, as far as it may be done before the answer is out.</summary>
    internal async ValueTask<RtspResponse> AnswerAsync(RtspRequest request, CancellationToken cancellationToken)
    {
        if (request.CSeq is null)
        {
            return Refuse(request, RtspStatus.BadRequest, "The request has no CSeq, or one that is not a number.");
        }

        string[] required = [.. request.Headers.Members(RtspHeaderNames.Require), .. request.Headers.Members("Proxy-Require")];
        if (required.Length > 0)
        {
            RtspResponse refusal = request.Answer(RtspStatus.OptionNotSupported);
            refusal.Headers.Add(RtspHeaderNames.Unsupported, string.Join(", ", required));
            return refusal;
        }

        if (await _authentication.RefuseAsync(request, cancellationToken).ConfigureAwait(false) is { } notPermitted)
        {
            return notPermitted;
        }

        return request.Method switch
        {
            RtspMethod.Options => Options(request),
            RtspMethod.Describe => Describe(request),
            RtspMethod.Setup => Setup(request),
            RtspMethod.Play => await PlayAsync(request, cancellationToken).ConfigureAwait(false),
            RtspMethod.Pause => await PauseAsync(request).ConfigureAwait(false),
            RtspMethod.Teardown => await TeardownAsync(request).ConfigureAwait(false),
            RtspMethod.GetParameter or RtspMethod.SetParameter => Parameter(request),
            RtspMethod.Announce or RtspMethod.Record => WithMethods(request.Answer(RtspStatus.MethodNotAllowed), RtspHeaderNames.Allow),
            _ => WithMethods(request.Answer(RtspStatus.NotImplemented), RtspHeaderNames.Public),
        };
    }

    private RtspResponse Options(RtspRequest request) =>
        TryFindSession(request, out _, out RtspResponse? refusal) || !request.Headers.Contains(RtspHeaderNames.Session)
            ? WithMethods(request.Answer(RtspStatus.Ok), RtspHeaderNames.Public)
            : refusal!;

    private RtspResponse Describe(RtspRequest request)
    {
        if (!TryFindResource(request, out RtspResource? resource, out RtspResponse? refusal))
        {
            return refusal;
        }

        string[] accepted = [.. request.Headers.Members(RtspHeaderNames.Accept).Select(type => type.Split(';')[0].Trim())];
        if (accepted.Length > 0 && !accepted.Any(type => AcceptableTypes.Contains(type, StringComparer.OrdinalIgnoreCase)))
        {
            return Refuse(request, RtspStatus.NotAcceptable, $"Descriptions are given as {SessionDescription.ContentType}.");
        }

        if (connection.SessionTable.IsEmpty && RtspRoom.IsFull(server, resource)
            && RtspRoom.Elsewhere(server, request, resource, connection.IsTls) is { } elsewhere)
        {
            return elsewhere;
        }

        RtspResponse response = request.Answer(RtspStatus.Ok);
        response.Headers.Add(RtspHeaderNames.ContentType, SessionDescription.ContentType);
        response.Headers.Add(RtspHeaderNames.ContentBase, $"{resource.Uri}/");
        bool offersRepair = RepairFeature.IsSupportedBy(request);
        response.Body = resource.Describe(connection.Local.Address, _sessionId, offersRepair);
        return SrtpFeature.Confirm(RepairFeature.Confirm(response, offersRepair), MayUseSrtp(request));
    }

    private RtspResponse Setup(RtspRequest request)
    {
        if (!TryFindResource(request, out RtspResource? resource, out RtspResponse? refusal))
        {
            return refusal;
        }

        RtspServerSession? session = null;
        if (request.Headers.Contains(RtspHeaderNames.Session) && !TryFindSession(request, out session, out refusal))
        {
            return refusal;
        }

        if (session is not null && session.Resource.Ring != resource.Ring)
        {
            return Refuse(
                request, RtspStatus.AggregateOperationNotAllowed, "A session plays one rendition. Set up another session for another.");
        }

        if (session?.Listener is not null)
        {
            return Refuse(request, RtspStatus.MethodNotValidInThisState, "The transport of a session that has played cannot be changed.");
        }

        if (session is null && RtspRoom.IsFull(server, resource))
        {
            return RtspRoom.Elsewhere(server, request, resource, connection.IsTls) ?? Busy(request, RtspRoom.Problem);
        }

        if (!TransportHeader.TryParse(request.Headers[RtspHeaderNames.Transport], out IReadOnlyList<TransportSpec>? offers))
        {
            return Refuse(request, RtspStatus.BadRequest, "The request has no Transport, or one that cannot be read.");
        }

        if (TransportChoice.Choose(
            offers, connection.Local.Address, connection.Remote.Address, resource.Ring.Info.Stream.Ssrc,
            connection.IsTls ? null : Rtp?.Ports, channel => connection.SessionTable.IsFree(channel, session),
            MayUseSrtp(request) ? Rtp?.Ports : null)
            is not TransportSpec transport)
        {
            return Refuse(request, RtspStatus.UnsupportedTransport, Rtp is null || connection.IsTls
                ? "Sound is sent as RTP/AVP/TCP;unicast, on channels that are not in use."
                : "Sound is sent as RTP/AVP;unicast with client_port, or as RTP/AVP/TCP;unicast on channels that are not in use.");
        }

        SrtpSession? srtp = null;
        if (transport.IsSecure && !SrtpSession.TryCreate(
            SrtpFeature.NewTerms(resource.Ring.Info.Stream), isServer: true, out srtp, out string? problem))
        {
            return Refuse(request, RtspStatus.UnsupportedTransport, $"{problem} Use RTP/AVP/TCP;unicast.");
        }

        // The key is a better proof than a secret that is sent in the clear.
        bool repairs = !transport.IsTcp && RepairFeature.IsSupportedBy(request);
        UInt128? proof = !transport.IsTcp && srtp is null && RouteFeature.IsSupportedBy(request) ? RouteFeature.NewSecret() : null;
        if (session is not null)
        {
            connection.SessionTable.SetTransport(session, transport, repairs, proof, srtp);
        }
        else if (!connection.SessionTable.HasRoom)
        {
            // It does not pass with time, so the answer has no Retry-After.
            srtp?.Dispose();
            return Refuse(
                request, RtspStatus.ServiceUnavailable, "This connection has as many sessions as it may have: open another connection.");
        }
        else if ((session = connection.TryOpenSession(
            resource, transport, repairs, proof, srtp, _authentication.EndOf(request))) is null)
        {
            srtp?.Dispose();
            return Busy(request, RtspRoom.Problem);
        }

        RtspResponse response = WithSession(request.Answer(RtspStatus.Ok), session);
        response.Headers.Add(RtspHeaderNames.Transport, transport.ToString());
        SrtpFeature.Tell(RouteFeature.Tell(RepairFeature.Confirm(response, repairs), proof), srtp);
        return SentFeature.Confirm(response, SentFeature.IsSupportedBy(request));
    }

    // Only within TLS, because the key is in the answer.
    private bool MayUseSrtp(RtspRequest request) =>
        connection.IsTls && Rtp is not null && SrtpFeature.IsSupportedBy(request) && server.CanUseSrtp();

    private async Task<RtspResponse> PlayAsync(RtspRequest request, CancellationToken cancellationToken)
    {
        if (!TryFindSessionOf(request, out RtspServerSession? session, out RtspResponse? refusal))
        {
            return refusal;
        }

        if (session.Finished is not null)
        {
            return session.Finished is RtspSessionEnd.StationEnded
                ? Refuse(request, RtspStatus.Gone, "The station has ended.")
                : Refuse(request, RtspStatus.SessionNotFound, "The session has ended. Set up another one.");
        }

        RtspResponse response = WithSession(request.Answer(RtspStatus.Ok), session);
        response.Headers.Add(RtspHeaderNames.Range, RangeHeader.Live.ToString());
        if (session.IsPlaying)
        {
            // A queued PLAY could only repeat the current playback.
            return response;
        }

        _ = LinnetBufferHeader.TryParse(request.Headers[RtspHeaderNames.LinnetBuffer], out TimeSpan buffer);
        (RingRefusal? refused, PacketItem? first) = await session.PlayAsync(buffer, cancellationToken).ConfigureAwait(false);
        connection.StartAfterAnswer(session);
        if (refused is not null)
        {
            return !refused.IsFinal ? Busy(request, refused.Text, refused.RetryAfter)
                : Refuse(request, refused.Reason is RingRefusalReason.StationEnded ? RtspStatus.Gone : RtspStatus.Forbidden, refused.Text);
        }

        if (first is not null)
        {
            RtpStreamIdentity stream = session.Resource.Ring.Info.Stream;
            var info = new RtpInfo(session.Resource.TrackUri, stream.SequenceNumberOf(first.Number), stream.TimestampOf(first.Position));
            response.Headers.Add(RtspHeaderNames.RtpInfo, RtpInfoHeader.Write(info));
        }

        return response;
    }

    private async Task<RtspResponse> PauseAsync(RtspRequest request)
    {
        if (!TryFindSessionOf(request, out RtspServerSession? session, out RtspResponse? refusal))
        {
            return refusal;
        }

        if (!session.IsPlaying)
        {
            return Refuse(request, RtspStatus.MethodNotValidInThisState, "Nothing is being played.");
        }

        await session.PauseAsync().ConfigureAwait(false);
        return WithSession(request.Answer(RtspStatus.Ok), session);
    }

    private async Task<RtspResponse> TeardownAsync(RtspRequest request)
    {
        if (!TryFindSessionOf(request, out RtspServerSession? session, out RtspResponse? refusal))
        {
            return refusal;
        }

        await connection.EndSessionAsync(session, session.Finished ?? RtspSessionEnd.Teardown).ConfigureAwait(false);
        return request.Answer(RtspStatus.Ok);
    }

    /// <summary>
    /// GET_PARAMETER and SET_PARAMETER: without parameters a keep-alive. A session may set which copies it wants, and get how much it was
    /// sent.
    /// </summary>
    private RtspResponse Parameter(RtspRequest request)
    {
        RtspServerSession? session = null;
        if (request.Headers.Contains(RtspHeaderNames.Session) && !TryFindSession(request, out session, out RtspResponse? refusal))
        {
            return refusal;
        }

        if (!request.Body.Span.Trim(" \t\r\n"u8).IsEmpty
            && !(session is not null && SentFeature.IsAskedBy(request))
            && !(request.Method == RtspMethod.SetParameter && session is not null && RepairFeature.TrySet(session, request.Body.Span)))
        {
            return Refuse(request, RtspStatus.ParameterNotUnderstood, "There is no such parameter.");
        }

        RtspResponse response = request.Answer(RtspStatus.Ok);
        return session is null ? response
            : SentFeature.IsAskedBy(request) ? SentFeature.Tell(WithSession(response, session), session.Listener?.PacketsSent ?? 0)
            : WithSession(response, session);
    }

    private bool TryFindResource(
        RtspRequest request, [NotNullWhen(true)] out RtspResource? resource, [NotNullWhen(false)] out RtspResponse? refusal)
    {
        resource = null;
        refusal = null;
        if (!RtspUri.TryParse(request.Uri, out RtspUri? uri))
        {
            refusal = Refuse(request, RtspStatus.BadRequest, "The address is not rtsp://HOST/STATION/RENDITION.");
        }
        else if (RtspResource.SegmentsOf(uri) is [string first, ..]
            ? server.Stations.IsAwaited(first) : server.Stations.IsEmptyButAwaited)
        {
            // It will be there: a client that waits for it need not hear that it does not exist.
            refusal = Busy(request, "The station is waiting for its source to send audio.");
        }
        else if (!RtspResource.TryFind(
            server.Stations, uri, request.Headers[RtspHeaderNames.LinnetRendition], out resource, out string problem,
            _authentication.RenditionsOf(uri)))
        {
            refusal = server.Stations.IsJoining ? Busy(request, StationDirectory.Joining)
                : Refuse(request, RtspStatus.NotFound, problem);
        }
        else if (request.Method is RtspMethod.Describe or RtspMethod.Setup
            && !_authentication.Permits(uri, resource.Ring.Info.Station))
        {
            refusal = Busy(request, "The stations have just changed. Ask again.");
        }

        return refusal is null;
    }

    /// <summary>Finds the session that a request names, if it lives on this connection.</summary>
    private bool TryFindSession(
        RtspRequest request, [NotNullWhen(true)] out RtspServerSession? session, [NotNullWhen(false)] out RtspResponse? refusal)
    {
        session = SessionHeader.TryParse(request.Headers[RtspHeaderNames.Session], out SessionHeader? header)
            ? connection.SessionTable.Find(header.Id)
            : null;
        refusal = session is null ? Refuse(request, RtspStatus.SessionNotFound, "There is no such session on this connection.") : null;
        return session is not null;
    }

    /// <summary>The same, and the request's address must name the rendition that the session plays.</summary>
    private bool TryFindSessionOf(
        RtspRequest request, [NotNullWhen(true)] out RtspServerSession? session, [NotNullWhen(false)] out RtspResponse? refusal)
    {
        // The session comes first: without one, nothing is said about what is at the address.
        if (!TryFindSession(request, out session, out refusal))
        {
            return false;
        }

        if (!TryFindResource(request, out RtspResource? resource, out refusal)
            ? refusal.Status is RtspStatus.NotFound : session.Resource.Ring != resource.Ring)
        {
            refusal = Refuse(request, RtspStatus.SessionNotFound, "The session plays another rendition.");
        }

        return refusal is null;
    }

    private RtspResponse WithSession(RtspResponse response, RtspServerSession session)
    {
        response.Headers.Add(RtspHeaderNames.Session, new SessionHeader(session.Id, server.Options.SessionTimeout).ToString());
        return response;
    }

    private static RtspResponse WithMethods(RtspResponse response, string header)
    {
        response.Headers.Add(header, Methods);
        return response;
    }

    private static RtspResponse Busy(RtspRequest request, string problem, TimeSpan? retryAfter = null)
    {
        RtspResponse response = Refuse(request, RtspStatus.ServiceUnavailable, problem);
        response.Headers.Add(RetryAfter, Math.Ceiling((retryAfter ?? RetryTime).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private static RtspResponse Refuse(RtspRequest request, RtspStatus status, string problem)
    {
        RtspResponse response = request.Answer(status);
        response.Headers.Add(RtspHeaderNames.ContentType, TextType);
        response.Body = Encoding.UTF8.GetBytes($"{problem}\r\n");
        return response;
    }
}
