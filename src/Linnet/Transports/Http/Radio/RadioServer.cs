using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Diagnostics;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.Http.Radio;

/// <summary>Takes a push, or what belongs to one, to its end.</summary>
/// <param name="head">The request's head, which has been consumed.</param>
/// <param name="transport">The connection.</param>
/// <param name="socket">Its socket.</param>
/// <param name="request">Who asks.</param>
/// <param name="cancellationToken">The server stops.</param>
internal delegate Task PushHandler(
    HttpRequestHead head, IDuplexPipe transport, Socket socket, ForwardedRequest request, CancellationToken cancellationToken);

/// <summary>Serves stations to whatever plays a stream over HTTP: browsers, internet radios, players.</summary>
/// <remarks>
/// Listening is others' work: <see cref="TcpListenerHost"/>, or a server such as Kestrel, which keeps what is not about sound. A request is
/// read and answered, and a player's first seconds of sound are sent, where the connection is served; from then on a sender thread writes
/// to its socket. Source: docs/wire/icy.md.
/// </remarks>
public sealed class RadioServer
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly RadioServerOptions _options;
    private readonly StationDirectory _directory;
    private readonly RadioRequests _requests;
    private readonly RadioStreams _streams;
    private readonly RadioAudience _audience;
    private readonly RadioDelivery _delivery;
    private readonly RadioResponseSender _replies;
    private readonly SenderPool _senders;
    private readonly TrustedProxies _proxies;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ReasonCounts<RadioRefusal> _refused = new();

    /// <summary>A server.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="directory">What there is to hear.</param>
    /// <param name="senders">Who sends. It must outlive this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told who comes and goes; default nobody.</param>
    /// <param name="proxies">Who is believed to say for whom it asks; default nobody.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    public RadioServer(
        RadioServerOptions options, StationDirectory directory, SenderPool senders, TimeProvider time, ILogger? logger = null,
        TrustedProxies? proxies = null)
    {
        _proxies = proxies ?? new TrustedProxies([], time);
        _options = options.ThrowIfInvalid();
        _directory = directory;
        _senders = senders;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _requests = new RadioRequests(options, time);
        _streams = new RadioStreams(senders, options.MaxBufferBytes, time, _logger);
        _audience = new RadioAudience(options);
        _delivery = new RadioDelivery(options, senders, time);
        _replies = new RadioResponseSender(options, time);
    }

    /// <summary>Who takes <c>PUT</c>, <c>SOURCE</c> and <c>/admin/</c>; <see langword="null"/>: nobody, pushing is closed.</summary>
    internal PushHandler? Push { get; set; }

    /// <summary>Counts connections for the clients behind proxies; <see langword="null"/>: nobody does.</summary>
    internal ConnectionGate? Connections { get; init; }

    /// <summary>Listeners now.</summary>
    internal int Listeners => _audience.Count;

    /// <summary>Connections whose request is not whole yet.</summary>
    internal WaitingRoom Waiting => _requests.Waiting;

    /// <summary>Serves a connection whose request is about sound, to its end.</summary>
    /// <param name="transport">The connection. Sound goes straight to the socket.</param>
    /// <param name="socket">Its socket. Whoever accepted it closes it after this returns.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns><see langword="false"/>: the request is about something else. Nothing was consumed or sent.</returns>
    public ValueTask<bool> TryServeAsync(IDuplexPipe transport, Socket socket, CancellationToken cancellationToken) =>
        TryServeAsync(transport, socket, null, cancellationToken);

    /// <summary>Serves a connection whose request is about sound, to its end, for a client that may be behind a proxy.</summary>
    /// <param name="transport">The connection. Sound goes straight to the socket.</param>
    /// <param name="socket">Its socket. Whoever accepted it closes it after this returns.</param>
    /// <param name="origin">Who is at its far end (<see cref="TrustedProxies.ReadAsync"/>); <see langword="null"/>: whom the socket
    /// says.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns><see langword="false"/>: the request is about something else. Nothing was consumed or sent.</returns>
    public async ValueTask<bool> TryServeAsync(
        IDuplexPipe transport, Socket socket, ClientOrigin? origin, CancellationToken cancellationToken) =>
        Open(transport, socket, origin) is not RadioConnection connection
        || (await ServeOursAsync(connection, cancellationToken).ConfigureAwait(false)).IsOurs;

    /// <summary>Serves a connection where nobody else does: what is not about sound is refused.</summary>
    public Task ServeAsync(IDuplexPipe transport, Socket socket, CancellationToken cancellationToken) =>
        ServeAsync(transport, socket, null, cancellationToken);

    /// <summary>
    /// Serves a connection where nobody else does: what is not about sound is refused. A <see cref="ConnectionHandler"/>.
    /// </summary>
    /// <param name="transport">The connection. Sound goes straight to the socket.</param>
    /// <param name="socket">Its socket. Whoever accepted it closes it after this returns.</param>
    /// <param name="origin">Who is at its far end; <see langword="null"/>: whom the socket says.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(IDuplexPipe transport, Socket socket, ClientOrigin? origin, CancellationToken cancellationToken)
    {
        if (Open(transport, socket, origin) is not RadioConnection connection)
        {
            return;
        }

        RadioRequest request = await ServeOursAsync(connection, cancellationToken).ConfigureAwait(false);
        if (request.IsOurs)
        {
            return;
        }

        RadioRefusal reason = request.Refusal ?? RadioRefusal.NotFound;
        _refused.Count(reason);
        byte[] answer = request.Malformed is { } malformed
            ? RadioResponses.Refusal(null, malformed.Status, malformed.Reason + "\r\n", Now)
            : RadioResponses.Refusal(request.Head, HttpStatusCode.NotFound,
                request.Head is null ? RadioResponses.WhatThereIs(_directory) : RadioResponses.WhyNothing(request.Head.Path, _directory),
                Now);
        await _replies.SendAsync(connection, request.Malformed is { IsHttp: false } ? [] : answer).ConfigureAwait(false);
    }

    /// <summary>Begins; <see langword="null"/>: it has left already.</summary>
    private RadioConnection? Open(IDuplexPipe transport, Socket socket, ClientOrigin? origin)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(socket);
        origin ??= RemoteOf(socket) is IPEndPoint remote ? new ClientOrigin(remote) : null;
        return origin is null ? null
            : new RadioConnection(transport, socket, new ForwardedRequest(origin, Uri.UriSchemeHttp, null, IsForwarded: false),
                _proxies.Contains(origin.EndPoint.Address));
    }

    /// <summary>Serves a request if it is ours; else gives it back, unread.</summary>
    private async ValueTask<RadioRequest> ServeOursAsync(RadioConnection connection, CancellationToken cancellationToken)
    {
        Socket socket = connection.Socket;
        try
        {
            RadioRequest request = await _requests.ReadAsync(
                connection.Transport.Input, connection.Peer, connection.IsProxy, IsOurs, cancellationToken).ConfigureAwait(false);
            if (!IsPush(request.Head))
            {
                // It has said all that it has to say.
                socket.ReceiveBufferSize = TcpListenerHost.ReceiveBufferSize;
            }

            if (!request.IsOurs)
            {
                return request;
            }

            if (request.Head is null)
            {
                await EndAsync(connection, request.Refusal!.Value).ConfigureAwait(false);
                return request;
            }

            connection = connection with { Request = _proxies.Read(connection.Request.Origin, request.Head.Headers), IsProxy = false };
            if (Connections?.TryAttribute(socket, connection.Remote.Address) == false)
            {
                socket.Close(timeout: 0);
                return request;
            }

            await AnswerAsync(request.Head, connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It left, or we stop.
        }
        catch (Exception e)
        {
            _logger.RadioFailed(e, connection.Remote);
            socket.Close(timeout: 0);
        }

        return new RadioRequest(null, IsOurs: true, null, null);
    }

    /// <summary>Who listens, and what was refused.</summary>
    public RadioServerSnapshot GetSnapshot() => new(
        _audience.Count,
        _requests.Waiting.Count,
        _audience.Accepted,
        _audience.GetRenditions(),
        _streams.Allocated,
        _senders.GetStreamStatistics(),
        _refused.Read())
    {
        PacketsMissed = _streams.Missed,
        StreamsFailed = _streams.Failures,
        Total = _delivery.GetTotal(),
    };

    private DateTimeOffset Now => _time.GetUtcNow();

    private static bool IsPush(HttpRequestHead? head) => head?.Method is "PUT" or "SOURCE";

    private bool IsOurs(HttpRequestHead head) => head.Method switch
    {
        "PUT" or "SOURCE" => true,
        "GET" when head.Path.StartsWith("/admin/", StringComparison.Ordinal) => Push is not null,
        _ => RadioTarget.Find(head.Path, _directory).Kind != RadioTargetKind.None,
    };

    private Task AnswerAsync(HttpRequestHead head, RadioConnection connection, CancellationToken cancellationToken)
    {
        if (IsPush(head) || head.Path.StartsWith("/admin/", StringComparison.Ordinal))
        {
            return Push is null
                ? RefuseAsync(
                    head, connection, RadioRefusal.PushClosed, HttpStatusCode.Forbidden, "Nobody may push here: no password is set.\r\n")
                : Push(head, connection.Transport, connection.Socket, connection.Request, cancellationToken);
        }

        RadioTarget target = RadioTarget.Find(head.Path, _directory);
        switch (head.Method)
        {
            case "OPTIONS":
                return _replies.SendAsync(connection, RadioResponses.Preflight(head, Now).ToArray());
            case not ("GET" or "HEAD"):
                return RefuseAsync(
                    head, connection, RadioRefusal.MethodNotAllowed, HttpStatusCode.MethodNotAllowed, "Sound is fetched with GET.\r\n");
        }

        switch (target.Kind)
        {
            case RadioTargetKind.M3u or RadioTargetKind.Pls:
                return _replies.SendAsync(
                    connection, RadioResponses.Playlist(head, connection.Request, target, connection.Socket.LocalEndPoint, Now));
            case RadioTargetKind.Sound or RadioTargetKind.Station:
                return ListenAsync(
                    head, target.Station!, target.Rendition ?? RadioTarget.Preferred(target.Station!, head.Headers["Accept"]), connection,
                    cancellationToken);
            default:
                return RefuseAsync(
                    head, connection, RadioRefusal.NotFound, HttpStatusCode.NotFound, RadioResponses.WhyNothing(head.Path, _directory));
        }
    }

    private async Task ListenAsync(
        HttpRequestHead head,
        StationListing station,
        BroadcastRing rendition,
        RadioConnection connection,
        CancellationToken cancellationToken)
    {
        RenditionInfo info = rendition.Info;
        (PeerAddress peer, IPEndPoint remote) = (connection.Peer, connection.Remote);
        int metadataInterval =
            head.WantsMetadata && RadioResponses.HasMetadata(info.StreamType!) ? RadioResponses.MetadataIntervalFor(info) : 0;
        byte[] answer = RadioResponses.Sound(head, station, info, metadataInterval, Now).ToArray();
        if (head.Method == "HEAD")
        {
            await _replies.SendAsync(connection, answer).ConfigureAwait(false);
            return;
        }

        if (_audience.TryEnter(peer, station.Name, info.Name) is RadioRefusal full)
        {
            await RefuseAsync(head, connection, full).ConfigureAwait(false);
            return;
        }

        RadioStreamRefusal? refusal = null;
        long askedAt = _time.GetTimestamp();
        try
        {
            using SendMemory.Use? memory = _senders.Memory.TryOpen(
                peer.Network.Bits, KernelBuffer.Set(connection.Socket, RadioListener.KernelBufferFor(info)));
            if (memory is null)
            {
                refusal = RadioStreamRefusal.TooMuchUntaken;
            }
            else if (_streams.TryOpen(rendition, remote.Address, out RadioStream? stream, out refusal))
            {
                using (stream)
                {
                    _logger.RadioListenerPlays(remote, station.Name, info.Name);
                    StreamListener? listener = await _delivery.RunAsync(
                        stream.Log, askedAt, answer, metadataInterval, connection.Transport.Input, connection.Socket, memory,
                        cancellationToken).ConfigureAwait(false);
                    refusal = listener is not null ? null
                        : RadioStreamRefusal.OfEnd(info.Name, stream.Log.EndReason);
                    _logger.RadioListenerLeaves(remote, station.Name, info.Name, listener?.BytesSent ?? 0, listener?.Moves ?? 0);
                }
            }
        }
        finally
        {
            _audience.Leave(peer, station.Name, info.Name);
        }

        if (refusal is not null)
        {
            await RefuseAsync(
                head, connection, refusal.Reason, refusal.Status, $"{refusal.Text}\r\n", refusal.RetryAfter).ConfigureAwait(false);
        }
    }

    private Task RefuseAsync(HttpRequestHead head, RadioConnection connection, RadioRefusal reason) => reason switch
    {
        RadioRefusal.TooManyOfAddress => RefuseAsync(
            head, connection, reason, HttpStatusCode.TooManyRequests, "There are too many listeners at your address.\r\n"),
        RadioRefusal.TooManyListeners or RadioRefusal.TooManyOfStation => RefuseAsync(
            head, connection, reason, HttpStatusCode.ServiceUnavailable, "There are too many listeners just now.\r\n"),
        _ => RefuseAsync(head, connection, reason, HttpStatusCode.ServiceUnavailable, "This cannot be heard just now.\r\n"),
    };

    private async Task RefuseAsync(
        HttpRequestHead head, RadioConnection connection, RadioRefusal reason, HttpStatusCode status, string why, TimeSpan? after = null)
    {
        _refused.Count(reason);
        _logger.RadioRefused(connection.Remote, reason.ToWords());
        TimeSpan? retryAfter = status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests ? after ?? RetryAfter : null;
        await _replies.SendAsync(connection, RadioResponses.Refusal(head, status, why, Now, retryAfter)).ConfigureAwait(false);
    }

    /// <summary>Ends a connection that made no whole request.</summary>
    private Task EndAsync(RadioConnection connection, RadioRefusal why)
    {
        if (why == RadioRefusal.Left)
        {
            return Task.CompletedTask;
        }

        _refused.Count(why);
        _logger.RadioRefused(connection.Remote, why.ToWords());
        if (why == RadioRefusal.ProxyNotTrusted)
        {
            _proxies.Deny(connection.Remote);
            return _replies.SendAsync(connection, ProxyDenial.Answer("HTTP/1.1"));
        }

        if (why == RadioRefusal.TooSlow)
        {
            return _replies.SendAsync(
                connection, RadioResponses.Refusal(null, HttpStatusCode.RequestTimeout, "The request took too long.\r\n", Now));
        }

        connection.Socket.Close(timeout: 0);
        return Task.CompletedTask;
    }

    private static IPEndPoint? RemoteOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Unmapped();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
