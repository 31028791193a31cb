using System.Net;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;
using Linnet.Wire.WebSocket;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.WebSocket;

/// <summary>Serves stations over WebSocket: each packet with its position and the time when it is due.</summary>
/// <remarks><see cref="HttpFront"/> reads requests and hands over those for <c>/NAME/live</c>. Source: docs/wire/websocket.md.</remarks>
internal sealed class LiveServer
{
    private const string Ending = "/live";

    // A page of the server, whatever its stations are named.
    private const string HealthPath = "/health/live";

    private readonly StationDirectory _directory;
    private readonly AccessControl _access;
    private readonly RadioAudience _audience;
    private readonly RadioRefuser _refuser;
    private readonly LiveDelivery _delivery;
    private readonly TimeProvider _time;

    /// <summary>A server.</summary>
    /// <param name="options">Limits of listeners: the numbers of those over HTTP, counted by themselves.</param>
    /// <param name="directory">The stations to serve.</param>
    /// <param name="senders">The sender threads. They must outlive this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop.</param>
    /// <param name="access">Decides about listeners.</param>
    internal LiveServer(
        RadioServerOptions options, StationDirectory directory, SenderPool senders, TimeProvider time, ILogger logger, AccessControl access)
    {
        _directory = directory;
        _time = time;
        _access = access;
        _audience = new RadioAudience(options, directory);
        _refuser = new RadioRefuser(time, (remote, reason) => logger.LiveRefused(remote, reason.ToWords()), directory);
        _delivery = new LiveDelivery(senders, time, logger);
    }

    /// <summary>Requests that were refused, by reason.</summary>
    internal IReadOnlyDictionary<RadioRefusal, long> Refused => _refuser.Refusals.Read();

    /// <summary>Listeners that are gone, by reason.</summary>
    internal IReadOnlyDictionary<LiveEnd, long> Ended => _delivery.Ended;

    /// <summary>The listeners now, and their limit.</summary>
    internal Places Places => _audience.Places;

    /// <summary>Those who listen now.</summary>
    internal IReadOnlyList<Listener> Listeners => _delivery.Listeners;

    /// <summary>Listeners and bytes since the start.</summary>
    internal TransportTotal GetTotal() => _delivery.GetTotal();

    /// <summary>Takes the limits from other options. Those who are listening stay.</summary>
    internal void Limit(RadioServerOptions options) => _audience.Limit(options);

    /// <summary>Whether a request is for this server.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path, decoded. It must be that of a station.</param>
    internal bool Takes(string method, string path) =>
        WebSocketHandshake.IsMethod(method) && StationAt(path) is { } name
        && (_directory.TryFind(name, out _) || _directory.IsAwaited(name));

    /// <summary>Serves a request to its end.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task ServeAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        string name = StationAt(exchange.Head.Path) ?? "";
        if (!_directory.TryFind(name, out StationListing? station))
        {
            string why = _directory.IsAwaited(name) ? "No client has pushed to this station yet." : "There is no station of this name.";
            await _refuser.RefuseAsync(exchange, RadioRefusal.NotFound, HttpStatusCode.NotFound, $"{why}\r\n").ConfigureAwait(false);
        }
        else if (_access.IsOpen(station.Name) && _access.Admits(exchange.Remote.Address))
        {
            await GiveAsync(exchange, station, null, default, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            AccessDecision decision =
                await _access.JudgeAsync(exchange.Wants(AccessAction.Listen, station.Name), cancellationToken).ConfigureAwait(false);
            using CancellationTokenSource? over =
                decision.Visit?.TimeLeft(_time) is TimeSpan left ? new CancellationTokenSource(left, _time) : null;
            try
            {
                await (decision.IsAllowed && exchange.Link is null && IsFromOtherSite(exchange)
                    ? _refuser.RefuseAsync(exchange, RadioRefusal.OtherSite, HttpStatusCode.Forbidden, $"{OtherSite.Refusal}\r\n")
                    : decision.IsAllowed ? GiveAsync(exchange, station, decision.Renditions, over?.Token ?? default, cancellationToken)
                    : _refuser.RefuseAsync(exchange, decision.Verdict)).ConfigureAwait(false);
            }
            finally
            {
                decision.Visit?.End();
            }
        }
    }

    // A browser sends the password that it keeps for this server along with the handshake of any page.
    private static bool IsFromOtherSite(HttpExchange exchange) => OtherSite.Sent(
        exchange.Head.Headers["Sec-Fetch-Site"], exchange.Head.Headers["Origin"],
        exchange.Wants(AccessAction.Listen, null).Server);

    /// <summary>The name in a path of the form <c>/NAME/live</c>.</summary>
    private static string? StationAt(string path) =>
        path != HealthPath && path.Length > Ending.Length + 1 && path.EndsWith(Ending, StringComparison.Ordinal)
        && path[1..^Ending.Length] is var name && !name.Contains('/', StringComparison.Ordinal) ? name : null;

    private Task GiveAsync(
        HttpExchange exchange, StationListing station, IReadOnlyList<string>? permitted, CancellationToken timeOver,
        CancellationToken cancellationToken)
    {
        var query = new QueryString(exchange.Head.Query);
        string? wanted = query["rendition"];
        if (LiveRendition.Find(station, wanted) is null)
        {
            string offered = string.Join(", ", LiveRendition.Of(station).Select(static ring => ring.Info.Name));
            return _refuser.RefuseAsync(
                exchange, RadioRefusal.NotFound, HttpStatusCode.NotFound,
                offered.Length == 0 ? "This station cannot be heard over WebSocket.\r\n"
                    : $"This station has no such rendition for WebSocket. It has: {offered}.\r\n");
        }

        if (LiveRendition.Find(station.Permitting(permitted), wanted) is not { } rendition)
        {
            return _refuser.RefuseAsync(exchange, AccessVerdict.LinkElsewhere);
        }

        // Scripts cannot read the answer to a handshake. They ask again without one, and learn why they were refused.
        return WebSocketHandshake.TryRead(exchange.Head, LiveMessage.Subprotocol, out WebSocketHandshake? handshake) && exchange.CanUpgrade
            ? ListenAsync(
                exchange, handshake, rendition, LiveDelivery.TimeOf(query["burst"]), LiveDelivery.TimeOf(query["interval"]), timeOver,
                cancellationToken)
            : RefuseOthersAsync(exchange, rendition.Info);
    }

    private Task RefuseOthersAsync(HttpExchange exchange, RenditionInfo info)
    {
        if (_audience.TryEnter(exchange.Peer, info.Station, info.Name, info.BitRate) is RadioRefusal full)
        {
            // A script that asks why the handshake failed could not follow: its page may read this server's answers only.
            return _refuser.RefuseAndNameAsync(exchange, full, info.Station);
        }

        _audience.Leave(exchange.Peer, info.Station, info.Name);
        _refuser.Refusals.Count(exchange.Remote, RadioRefusal.Malformed);
        HttpResponse refusal = RadioResponses.Refusal(
            exchange.Head, HttpStatusCode.UpgradeRequired,
            "This address speaks WebSocket, version 13: see docs/wire/websocket.md. For a stream over HTTP leave out /live.\r\n",
            _time.GetUtcNow());
        refusal.Head.Headers["Connection"] = "Upgrade, close";
        refusal.Head.Headers.Add("Upgrade", "websocket");
        refusal.Head.Headers.Add("Sec-WebSocket-Version", WebSocketHandshake.Version);
        return exchange.FinishAsync(refusal);
    }

    private async Task ListenAsync(
        HttpExchange exchange, WebSocketHandshake handshake, BroadcastRing rendition, TimeSpan burst, TimeSpan interval,
        CancellationToken timeOver, CancellationToken cancellationToken)
    {
        RenditionInfo info = rendition.Info;
        PeerAddress peer = exchange.Peer;
        if (_audience.TryEnter(peer, info.Station, info.Name, info.BitRate) is RadioRefusal full)
        {
            await _refuser.RefuseAsync(exchange, full, info.Station).ConfigureAwait(false);
            return;
        }

        RingRefusal? refusal = null;
        try
        {
            var request = new RingRequest(_delivery.Allowed(rendition, burst), exchange.Remote.Address);
            if (rendition.TryOpen(request, out RingLease? lease, out refusal))
            {
                using (lease)
                {
                    await _delivery.RunAsync(lease, exchange, handshake, interval, timeOver, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _audience.Leave(peer, info.Station, info.Name);
        }

        if (refusal is not null)
        {
            await _refuser.RefuseAsync(exchange, RadioStreamRefusal.Of(refusal)).ConfigureAwait(false);
        }
    }
}
