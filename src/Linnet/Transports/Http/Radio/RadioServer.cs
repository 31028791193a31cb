using System.Net;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Diagnostics;
using Linnet.Wire.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.Http.Radio;

/// <summary>Serves stations to whatever plays a stream over HTTP: browsers, internet radios, players.</summary>
/// <remarks>
/// <see cref="HttpFront"/> reads requests and hands over those for stations. A request is answered, and a player's first seconds of audio
/// are sent, where the connection is served; from then on a sender thread writes to its output. Source: docs/wire/icy.md.
/// </remarks>
internal sealed class RadioServer
{
    private readonly StationDirectory _directory;
    private readonly RadioStreams _streams;
    private readonly RadioAudience _audience;
    private readonly RadioDelivery _delivery;
    private readonly SenderPool _senders;
    private readonly AccessControl _access;
    private readonly RadioRefuser _refuser;

    /// <summary>A server.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="directory">The stations to serve.</param>
    /// <param name="senders">The sender threads. They must outlive this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop; default: no log.</param>
    /// <param name="access">Decides about listeners; default: everyone may listen.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    public RadioServer(
        RadioServerOptions options, StationDirectory directory, SenderPool senders, TimeProvider time, ILogger? logger = null,
        AccessControl? access = null)
    {
        Options = options.ThrowIfInvalid();
        _directory = directory;
        _senders = senders;
        Time = time;
        _access = access ?? new AccessControl(new AccessOptions(), time);
        logger ??= NullLogger.Instance;
        Waiting = new WaitingRoom(options.MaxWaiting, options.MaxWaitingPerAddress, time);
        _streams = new RadioStreams(senders, options.MaxBufferBytes, time, logger);
        _audience = new RadioAudience(options, directory);
        _delivery = new RadioDelivery(options, senders, time, logger);
        _refuser = new RadioRefuser(time, (remote, reason) => logger.RadioRefused(remote, reason.ToWords()), directory);
    }

    internal RadioServerOptions Options { get; }

    internal TimeProvider Time { get; }

    /// <summary>HTTP connections that wait for a whole request.</summary>
    internal WaitingRoom Waiting { get; }

    /// <summary>Counts and logs refused requests.</summary>
    internal Refusals<RadioRefusal> Refusals => _refuser.Refusals;

    /// <summary>The listeners now, and their limit.</summary>
    internal Places Places => _audience.Places;

    /// <summary>Those who listen now.</summary>
    internal IReadOnlyList<RadioListener> GetListeners() => _delivery.Listeners;

    /// <summary>Who listens, and what was refused.</summary>
    public RadioServerSnapshot GetSnapshot() => new(
        _audience.Count,
        Waiting.Count,
        _audience.Accepted,
        _audience.GetRenditions(),
        _streams.Allocated,
        _senders.GetStreamStatistics(),
        Refusals.Read())
    {
        PacketsMissed = _streams.Missed,
        StreamsFailed = _streams.Failures,
        Total = _delivery.GetTotal(),
    };

    /// <summary>Takes the limits of listeners from other options. Those who are listening stay.</summary>
    internal void Limit(RadioServerOptions options) => _audience.Limit(options);

    /// <summary>What a path names.</summary>
    internal RadioTarget Find(string path) => RadioTarget.Find(path, _directory);

    /// <summary>
    /// Whether a path names a station that can be heard now or waits for its first push, or a rendition that only lacks its encoder.
    /// </summary>
    internal bool Offers(RadioTarget target, string path) =>
        target.Kind is not (RadioTargetKind.None or RadioTargetKind.Missing)
        || RadioResponses.AwaitedBy(path, _directory) is not null || RadioResponses.MissingAt(path, _directory) is not null;

    /// <summary>Serves a request for a station to its end.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="target">What its path names.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task ServeAsync(HttpExchange exchange, RadioTarget target, CancellationToken cancellationToken)
    {
        HttpRequestHead head = exchange.Head;
        return head.Method switch
        {
            "OPTIONS" => exchange.FinishAsync(RadioResponses.Preflight(head, Now)),
            not ("GET" or "HEAD") => _refuser.RefuseAsync(
                exchange, RadioRefusal.MethodNotAllowed, HttpStatusCode.MethodNotAllowed, "Use GET to fetch audio.\r\n"),
            _ => target.Station is { } station && !(_access.IsOpen(station.Name) && _access.Admits(exchange.Remote.Address))
                ? JudgeAsync(exchange, target, station.Name, cancellationToken)
                : GiveAsync(exchange, target, cancellationToken),
        };
    }

    /// <summary>Serves those who may hear the station.</summary>
    private async Task JudgeAsync(HttpExchange exchange, RadioTarget target, string station, CancellationToken cancellationToken)
    {
        AccessDecision decision =
            await _access.JudgeAsync(exchange.Wants(AccessAction.Listen, station), cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource? over =
            decision.Visit?.TimeLeft(Time) is TimeSpan left ? new CancellationTokenSource(left, Time) : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over?.Token ?? default, cancellationToken);
        try
        {
            RadioTarget? permitted = decision.IsAllowed ? target.Within(decision.Renditions) : null;
            await (permitted is { } given ? GiveAsync(exchange, given, either.Token)
                : _refuser.RefuseAsync(exchange, decision.IsAllowed ? AccessVerdict.LinkElsewhere : decision.Verdict))
                .ConfigureAwait(false);
        }
        finally
        {
            decision.Visit?.End();
        }
    }

    private Task GiveAsync(HttpExchange exchange, RadioTarget target, CancellationToken cancellationToken)
    {
        HttpRequestHead head = exchange.Head;
        switch (target.Kind)
        {
            case RadioTargetKind.M3u or RadioTargetKind.Pls:
                return exchange.FinishAsync(RadioResponses.Playlist(head, exchange.Request, target, exchange.Local, Now));
            case RadioTargetKind.Sound or RadioTargetKind.Station:
                return ListenAsync(
                    exchange, target.Station!, target.Rendition ?? RadioTarget.Preferred(target.Station!, head.Headers["Accept"]),
                    cancellationToken);
            default:
                return _refuser.RefuseAsync(
                    exchange, RadioRefusal.NotFound, HttpStatusCode.NotFound,
                    RadioResponses.WhyNothing(head.Path, _directory, exchange.Request.PathBase));
        }
    }

    /// <summary>Refuses a push where pushing is closed.</summary>
    internal Task RefusePushAsync(HttpExchange exchange) => _refuser.RefuseAsync(
        exchange, RadioRefusal.PushClosed, HttpStatusCode.Forbidden, "Pushing is off here: no password is set.\r\n");

    /// <summary>A refusal, with a sentence that says why.</summary>
    internal HttpResponse Refusal(HttpRequestHead? head, HttpStatusCode status, string why) =>
        RadioResponses.Refusal(head, status, why, Now);

    /// <summary>The response to a request for what does not exist.</summary>
    internal HttpResponse NotFound(HttpRequestHead head) =>
        Refusal(head, HttpStatusCode.NotFound, RadioResponses.WhyNothing(head.Path, _directory));

    private DateTimeOffset Now => Time.GetUtcNow();

    private async Task ListenAsync(
        HttpExchange exchange, StationListing station, BroadcastRing rendition, CancellationToken cancellationToken)
    {
        RenditionInfo info = rendition.Info;
        (HttpRequestHead head, PeerAddress peer, IPEndPoint remote) = (exchange.Head, exchange.Peer, exchange.Remote);
        int metadataInterval =
            head.WantsMetadata && RadioResponses.HasMetadata(info.StreamType!) ? RadioResponses.MetadataIntervalFor(info) : 0;
        if (head.Method == "HEAD")
        {
            await (_audience.WhyFull(info.BitRate) is not null && _refuser.Elsewhere(exchange, station.Name) is string address
                ? _refuser.SendAsync(exchange, address)
                : exchange.FinishAsync(new HttpResponse(RadioResponses.Sound(head, station, info, metadataInterval, Now))))
                .ConfigureAwait(false);
            return;
        }

        if (_audience.TryEnter(peer, station.Name, info.Name, info.BitRate) is RadioRefusal full)
        {
            await _refuser.RefuseAsync(exchange, full, station.Name).ConfigureAwait(false);
            return;
        }

        RadioStreamRefusal? refusal = null;
        long askedAt = Time.GetTimestamp();
        try
        {
            using SendMemory.Use? memory = _senders.Memory.TryOpen(
                peer.Network.Bits, exchange.Output.Bound(RadioListener.KernelBufferFor(info)));
            if (memory is null)
            {
                refusal = RadioStreamRefusal.TooMuchUntaken;
            }
            else if (_streams.TryOpen(rendition, remote.Address, out RadioStream? stream, out refusal))
            {
                using (stream)
                {
                    exchange.Prepare(RadioResponses.Sound(head, station, info, metadataInterval, Now));
                    bool hasListened = await _delivery.RunAsync(
                        stream.Log, askedAt, metadataInterval, exchange, memory, cancellationToken).ConfigureAwait(false);
                    refusal = hasListened ? null : RadioStreamRefusal.OfEnd(info.Name, stream.Log.EndReason);
                }
            }
        }
        finally
        {
            _audience.Leave(peer, station.Name, info.Name);
        }

        if (refusal is not null)
        {
            await _refuser.RefuseAsync(exchange, refusal).ConfigureAwait(false);
        }
    }
}
