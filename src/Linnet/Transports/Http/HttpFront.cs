using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.WebSocket;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.Http;

/// <summary>Serves a connection whose first request is neither to listen nor to push, to its end.</summary>
/// <param name="head">The first request's head; <see langword="null"/>: it is malformed. None of its bytes was consumed.</param>
/// <param name="request">The client, and how it knows this server.</param>
internal delegate Task PageHandler(HttpRequestHead? head, ForwardedRequest request);

/// <summary>
/// The front of the HTTP port: reads the head of a connection's first request once, and routes it once:
/// <c>head ─► PUT, SOURCE, /admin/: PushServer │ /NAME/live: LiveServer │ /NAME/hls…: HlsServer │ a station's paths: RadioServer │
/// all others: pages</c>.
/// </summary>
/// <remarks>
/// Only a connection's first request is answered without the web server, and may take the socket. A later one on a kept-alive connection is
/// read by the web server, which offers it here (<see cref="TryServeAsync"/>): it is answered through the web server's pipe.
/// Source: docs/wire/icy.md.
/// </remarks>
internal sealed class HttpFront
{
    private readonly RadioServer _radio;
    private readonly PushServer? _push;
    private readonly TrustedProxies _proxies;
    private readonly ConnectionGate? _gate;
    private readonly HttpHeadReader _heads;
    private readonly HttpResponseSender _responses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>A front.</summary>
    /// <param name="radio">Serves listeners.</param>
    /// <param name="push">Serves pushes; <see langword="null"/>: pushing is closed.</param>
    /// <param name="proxies">Trusted proxies; default none.</param>
    /// <param name="gate">Counts connections for the clients behind proxies; default: they are not counted.</param>
    /// <param name="logger">Told of failures; default none.</param>
    public HttpFront(
        RadioServer radio, PushServer? push, TrustedProxies? proxies = null, ConnectionGate? gate = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(radio);
        _radio = radio;
        _push = push;
        _time = radio.Time;
        _proxies = proxies ?? new TrustedProxies([], _time);
        _gate = gate;
        _heads = new HttpHeadReader(radio.Options, radio.Waiting, _time);
        _responses = new HttpResponseSender(radio.Options, _time);
        _logger = logger ?? NullLogger.Instance;
    }

    private enum Service
    {
        Page,
        Radio,
        Live,
        Hls,
        Push,
    }

    /// <summary>What else the port serves. Set before the first connection.</summary>
    internal HttpSite Site { get; set; } = HttpSite.Alone;

    /// <summary>Serves listeners over WebSocket; <see langword="null"/>: there are none. Set before the first connection.</summary>
    internal LiveServer? Live { get; set; }

    /// <summary>Serves listeners over HLS; <see langword="null"/>: there are none. Set before the first connection.</summary>
    internal HlsServer? Hls { get; set; }

    /// <summary>Connections whose first request is incomplete, and kept-alive ones that wait for the next.</summary>
    internal WaitingRoom Waiting => _radio.Waiting;

    /// <summary>Serves a connection to its end where there is no web server: requests for pages get 404.</summary>
    /// <inheritdoc cref="ServeAsync(IDuplexPipe, Socket, ClientOrigin?, ConnectionOutput?, PageHandler, CancellationToken)"/>
    public Task ServeAsync(IDuplexPipe transport, Socket socket, ClientOrigin? origin, CancellationToken cancellationToken) =>
        Open(transport, socket, origin, null) is HttpConnection connection
            ? ServeAsync(connection, (head, _) => RefusePageAsync(connection, head), hasPages: false, cancellationToken)
            : Task.CompletedTask;

    /// <summary>Serves a connection to its end.</summary>
    /// <param name="transport">The connection. Its bytes are read here until the first request is for a page.</param>
    /// <param name="socket">Its socket. The caller closes it after this returns.</param>
    /// <param name="origin">The client; <see langword="null"/>: the peer of the socket.</param>
    /// <param name="output">Sends to the client; <see langword="null"/>: directly to the socket.</param>
    /// <param name="pages">Serves the connection if its first request is for a page.</param>
    /// <param name="cancellationToken">Ends listening and pushing.</param>
    public Task ServeAsync(
        IDuplexPipe transport, Socket socket, ClientOrigin? origin, ConnectionOutput? output, PageHandler pages,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pages);
        return Open(transport, socket, origin, output) is HttpConnection connection
            ? ServeAsync(connection, pages, hasPages: true, cancellationToken)
            : Task.CompletedTask;
    }

    /// <summary>Whether a request is about listening or pushing.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path, decoded, below the path base.</param>
    internal bool Takes(string method, string path) =>
        Route(method, SignedLink.TrySplit(path, out string? link) ? path[(link.Length + 2)..] : path, out _) != Service.Page;

    /// <summary>Whether a connection's first request is for HLS, which the web server answers.</summary>
    /// <param name="head">Its head.</param>
    internal bool IsHls(HttpRequestHead head) => Site.PathBases.Any(
        pathBase => head.Below(pathBase) is { } whole && BelowLink(whole, pathBase).Head is var below
            && Route(below.Method, below.Path, out _) == Service.Hls);

    /// <summary>Serves a request that the web server has read, if it is about listening or pushing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The client left, or the server stops.</param>
    /// <returns><see langword="false"/>: it is for a page, and nothing was sent.</returns>
    public async ValueTask<bool> TryServeAsync(HostedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        (HttpRequestHead head, string pathBase, string? link) = BelowLink(request.Head, request.Request.PathBase);
        Service service = Route(head.Method, head.Path, out RadioTarget target);
        if (service == Service.Page)
        {
            return false;
        }

        request.Begin(isEndless: service != Service.Hls);
        var exchange = new HostedExchange(request, head, request.Request with { PathBase = pathBase }, _time) { Link = link };
        await AnswerAsync(exchange, service, target, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Takes a place among the connections that wait for a whole request, for a kept-alive one between two requests. There it gives way
    /// to others after a second, as a silent connection does.
    /// </summary>
    /// <param name="origin">The client.</param>
    /// <param name="giveWay">Ends the connection. Must be quick; any thread calls it.</param>
    /// <returns>The place, disposed with the next request; <see langword="null"/>: none is free, and the connection has to end.</returns>
    public IDisposable? TryWait(ClientOrigin origin, Action giveWay)
    {
        ArgumentNullException.ThrowIfNull(origin);
        IPAddress address = origin.EndPoint.Address;
        return Waiting.TryEnter(PeerAddress.Of(address), giveWay, _proxies.Contains(address));
    }

    private HttpConnection? Open(IDuplexPipe transport, Socket socket, ClientOrigin? origin, ConnectionOutput? output)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(socket);
        origin ??= EndPoints.PeerOf(socket) is IPEndPoint remote ? new ClientOrigin(remote) : null;
        return origin is null ? null
            : new HttpConnection(
                transport, socket, output ?? ConnectionOutput.ToSocket(socket), origin, _proxies.Contains(origin.EndPoint.Address));
    }

    private async Task ServeAsync(HttpConnection connection, PageHandler pages, bool hasPages, CancellationToken cancellationToken)
    {
        HttpRequestHead? head;
        try
        {
            PipeReader input = connection.Transport.Input;
            HttpHeadResult read =
                await _heads.ReadAsync(input, connection.Peer, connection.IsProxy, cancellationToken).ConfigureAwait(false);
            head = read.Head;

            bool isPush = head?.Method is "PUT" or "SOURCE";
            bool isTaken = TryRoute(head, hasPages, out Routed routed);
            if (isTaken || !Site.IsShared)
            {
                // A client that does not push sends no more than its request.
                connection.Socket.TrySetReceiveBuffer(isPush ? PushServer.ReceiveBufferSize : TcpListenerHost.ReceiveBufferSize);
            }

            if (head is null && (read.Malformed is null || !hasPages))
            {
                await RefuseAsync(connection, read).ConfigureAwait(false);
                return;
            }

            if (isTaken)
            {
                if (Attribute(connection, routed.Head) is ForwardedRequest request && input.TryRead(out ReadResult whole))
                {
                    input.AdvanceTo(whole.Buffer.GetPosition(routed.Head.Length));
                    ForwardedRequest below = routed.PathBase.Length == 0 ? request : request with { PathBase = routed.PathBase };
                    var exchange = new DirectExchange(routed.Head, below, connection, _responses) { Link = routed.Link };
                    await AnswerAsync(exchange, routed.Service, routed.Target, cancellationToken).ConfigureAwait(false);
                }

                return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left, or the server stops.
            return;
        }

        if (head is null)
        {
            // No page may take it for a local client, however the web server reads it.
            await pages(null, new ForwardedRequest(
                connection.Origin with { Route = ClientRoute.Hidden }, Uri.UriSchemeHttp, null, IsForwarded: false)).ConfigureAwait(false);
        }
        else if (Attribute(connection, head) is ForwardedRequest request)
        {
            await pages(head, request).ConfigureAwait(false);
        }
    }

    /// <summary>The client of a request; <see langword="null"/>: it has too many connections, and this one was cut.</summary>
    private ForwardedRequest? Attribute(HttpConnection connection, HttpRequestHead head)
    {
        ForwardedRequest request = _proxies.Read(connection.Origin, head.Headers);
        if (_gate?.TryAttribute(connection.Socket, request.Origin.EndPoint.Address) == false)
        {
            connection.Output.Abort();
            return null;
        }

        return request;
    }

    /// <summary>Routes a connection's first request, if it is about listening or pushing and may be answered past the web server.</summary>
    /// <remarks>Segments are for the web server, if there is one: players ask again and again on the same connection.</remarks>
    private bool TryRoute(HttpRequestHead? head, bool hasPages, out Routed routed)
    {
        HttpSite site = Site;
        foreach (string pathBase in site.PathBases)
        {
            if (head?.Below(pathBase) is HttpRequestHead whole
                && BelowLink(whole, pathBase) is var (below, withLink, link)
                && Route(below.Method, below.Path, out RadioTarget target) is var service and not Service.Page
                && (service == Service.Push || !site.ChecksListeners) && !(service == Service.Hls && hasPages))
            {
                routed = new Routed(below, withLink, link, service, target);
                return true;
            }
        }

        routed = default;
        return false;
    }

    private Service Route(string method, string path, out RadioTarget target)
    {
        target = default;
        bool isShared = Site.IsShared;
        if (method is "PUT" or "SOURCE")
        {
            return !isShared || _push?.Accepts(path) == true ? Service.Push : Service.Page;
        }

        if (_push is not null && method == "GET"
            && (isShared ? path == "/admin/metadata" : path.StartsWith("/admin/", StringComparison.Ordinal)))
        {
            return Service.Push;
        }

        if (Live?.Takes(method, path) == true)
        {
            return Service.Live;
        }

        if (Hls?.Takes(method, path) == true)
        {
            return Service.Hls;
        }

        target = _radio.Find(path);
        return target.Kind == RadioTargetKind.None || (isShared && !_radio.Offers(target, path)) ? Service.Page : Service.Radio;
    }

    private async Task AnswerAsync(HttpExchange exchange, Service service, RadioTarget target, CancellationToken cancellationToken)
    {
        try
        {
            Task answering = service == Service.Radio ? _radio.ServeAsync(exchange, target, cancellationToken)
                : service == Service.Live ? Live!.ServeAsync(exchange, cancellationToken)
                : service == Service.Hls ? Hls!.ServeAsync(exchange, cancellationToken)
                : _push is not null ? _push.ServeAsync(exchange, cancellationToken)
                : _radio.RefusePushAsync(exchange);
            await answering.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left, or the server stops.
        }
        catch (Exception e)
        {
            _logger.HttpFailed(e, exchange.Remote);
            exchange.Abort();
        }
        finally
        {
            await exchange.CloseAsync().ConfigureAwait(false);
        }
    }

    private readonly record struct Routed(
        HttpRequestHead Head, string PathBase, string? Link, Service Service, RadioTarget Target);

    /// <summary>Takes a signed link off a request's path; relative addresses and playlists then lead below it.</summary>
    private static (HttpRequestHead Head, string PathBase, string? Link) BelowLink(HttpRequestHead head, string pathBase) =>
        SignedLink.TrySplit(head.Path, out string? link) && head.Below($"/{SignedLink.Mark}{link}") is HttpRequestHead below
            ? (below, $"{pathBase}/{SignedLink.Mark}{Uri.EscapeDataString(link)}", link)
            : (head, pathBase, null);

    /// <summary>Ends a connection that made no whole request.</summary>
    private Task RefuseAsync(HttpConnection connection, HttpHeadResult read)
    {
        RadioRefusal why = read.Refusal!.Value;
        if (why == RadioRefusal.Left)
        {
            return Task.CompletedTask;
        }

        _radio.Refusals.Count(connection.Origin.EndPoint, why);
        switch (why)
        {
            case RadioRefusal.Malformed:
                HttpRefusal malformed = read.Malformed!;
                return SendAsync(
                    connection, malformed.IsHttp ? _radio.Refusal(null, malformed.Status, malformed.Reason + "\r\n").ToArray() : []);
            case RadioRefusal.ProxyNotTrusted:
                _proxies.Deny(connection.Origin.EndPoint);
                return SendAsync(connection, ProxyDenial.Answer("HTTP/1.1", _proxies.Setting));
            case RadioRefusal.TooSlow:
                return SendAsync(
                    connection, _radio.Refusal(null, HttpStatusCode.RequestTimeout, "The request took too long.\r\n").ToArray());
            default:
                connection.Output.Abort();
                return Task.CompletedTask;
        }
    }

    private Task RefusePageAsync(HttpConnection connection, HttpRequestHead? head)
    {
        _radio.Refusals.Count(connection.Origin.EndPoint, RadioRefusal.NotFound);
        return SendAsync(connection, _radio.NotFound(head!).ToArray());
    }

    private async Task SendAsync(HttpConnection connection, byte[] response)
    {
        await _responses.SendAsync(connection, response).ConfigureAwait(false);
        await connection.Output.CloseAsync().ConfigureAwait(false);
    }
}
