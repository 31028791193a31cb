using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Linnet.Server.Endpoints;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Linnet.Server.Hosting;

/// <summary>
/// Limits the connections that are served pages, in all and for each address, so that they leave room for listeners, and cuts
/// those that take too long. Requests for <c>/health/</c> have places of their own.
/// </summary>
/// <param name="front">Serves the requests for audio.</param>
/// <param name="proxies">Trusted proxies.</param>
/// <param name="gate">Counts connections for the clients behind proxies.</param>
/// <param name="time">The clock.</param>
internal sealed class PageConnections(HttpFront front, TrustedProxies proxies, ConnectionGate gate, TimeProvider time)
{
    /// <summary>Pages served at a time. A page is a few kilobytes, so most take milliseconds.</summary>
    internal const int Most = 1024;

    /// <summary>Those of one address (IPv6: one network of 64 bits): enough for an office behind one translator, and for a proxy.</summary>
    internal const int MostPerAddress = 128;

    /// <summary>Connections that ask for <c>/health/</c> at a time, and those of one address.</summary>
    internal const int MostHealth = 64;

    internal const int MostHealthPerAddress = 8;

    /// <summary>
    /// How long a page may take: 64 KiB by a slow modem; and how long a kept-alive connection may wait for the next request, if Kestrel
    /// does not end it before.
    /// </summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection stays after its response if there is no place to wait for its next request.</summary>
    internal static readonly TimeSpan WithoutPlace = TimeSpan.FromSeconds(1);

    // A connection that is closed while something comes is reset, and with that the answer may be lost: so it stays open and the rest is
    // read, but not all of it, and not for long. To complete the output would close it at once, in both directions.
    private const long MaxRest = 64 * 1024;

    internal static readonly TimeSpan RestTime = TimeSpan.FromSeconds(2);

    private readonly AddressQuota _pages = new(Most, MostPerAddress);
    private readonly AddressQuota _health = new(MostHealth, MostHealthPerAddress);
    private long _refused;

    internal long Refused => Volatile.Read(ref _refused);

    /// <summary>Takes a place among the connections that wait for a request (<see cref="HttpFront.TryWait"/>).</summary>
    internal IDisposable? TryWait(ClientOrigin origin, Action giveWay) => front.TryWait(origin, giveWay);

    /// <summary>Serves a connection whose first request is for a page, or is malformed, with all later requests.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="origin">The origin of the connection.</param>
    /// <param name="head">The first request's head; <see langword="null"/>: it is malformed, and Kestrel refuses it.</param>
    /// <param name="request">The client, and how it knows this server.</param>
    /// <param name="next">Kestrel.</param>
    internal async Task ServeAsync(
        ConnectionContext connection, ClientOrigin origin, HttpRequestHead? head, ForwardedRequest request, ConnectionDelegate next)
    {
        using var page = new PageConnection(this, connection, origin, time);
        PageRequest first = page.SetFirst(head, request);
        if (!first.TryServePage(QuotaFor(head), request.Origin.EndPoint.Address))
        {
            Interlocked.Increment(ref _refused);
            connection.Abort();
            return;
        }

        try
        {
            if (head is not null && RefusalOf(head) is byte[] refusal && (head.HasBody || !front.IsHls(head)))
            {
                await RefuseAsync(connection, refusal, head.HasBody).ConfigureAwait(false);
                return;
            }

            connection.Features.Set(page);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            // Kestrel may have refused the request before anyone saw it.
            first.End(closes: true);
        }
    }

    /// <summary>Serves a connection of HTTP/2, whose requests Kestrel reads: each may be for a page or for audio.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="origin">The origin of the connection.</param>
    /// <param name="next">Kestrel.</param>
    internal async Task ServeAsync(ConnectionContext connection, ClientOrigin origin, ConnectionDelegate next)
    {
        using var page = new PageConnection(this, connection, origin, time);

        // It waits for its first request.
        page.Count(pages: 0, audio: 0);
        connection.Features.Set(page);
        await next(connection).ConfigureAwait(false);
    }

    /// <summary>
    /// Serves a request that Kestrel has read: one for audio has no place among the pages. If a proxy keeps the connection alive, each
    /// request may be another client's.
    /// </summary>
    internal async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        PageConnection connection = context.Features.GetRequiredFeature<PageConnection>();
        (HttpRequestHead?, ForwardedRequest, PageRequest)? first = connection.TakeFirst();
        bool isFirst = first is not null;
        (HttpRequestHead? head, ForwardedRequest request, PageRequest page) = first ?? Read(context, connection);
        IPAddress client = request.Origin.EndPoint.Address;
        context.Features.Set(request);
        context.Features.Set(head);
        context.Features.Set(page);
        (context.Connection.RemoteIpAddress, context.Connection.RemotePort) = (client, request.Origin.EndPoint.Port);
        try
        {
            if (!isFirst && !gate.TryAttribute(connection.Socket, client))
            {
                await RefuseAsync(context).ConfigureAwait(false);
            }
            else if (!isFirst && head is not null && context.GetEndpoint()?.Metadata.GetMetadata<AudioMetadata>() is not null)
            {
                await next(context).ConfigureAwait(false);
            }
            else
            {
                await ServePageAsync(context, page, head, client, next).ConfigureAwait(false);
            }
        }
        finally
        {
            bool isOld = Microsoft.AspNetCore.Http.HttpProtocol.IsHttp10(context.Request.Protocol);
            page.End(closes: isOld || context.Response.Headers.Connection == "close");
        }
    }

    /// <summary>Reads a later request, as the front reads the first.</summary>
    private (HttpRequestHead?, ForwardedRequest, PageRequest) Read(HttpContext context, PageConnection connection)
    {
        HttpRequestHead? head = HostRequest.HeadOf(context);
        ForwardedRequest request = head is not null
            ? proxies.Read(connection.Origin, head.Headers)
            : new ForwardedRequest(connection.Origin with { Route = ClientRoute.Hidden }, Uri.UriSchemeHttp, null, IsForwarded: false);
        return (head, request, new PageRequest(connection));
    }

    private async Task ServePageAsync(
        HttpContext context, PageRequest page, HttpRequestHead? head, IPAddress client, RequestDelegate next)
    {
        if (!page.TryServePage(QuotaFor(head), client))
        {
            await RefuseAsync(context).ConfigureAwait(false);
            return;
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            Close(context);
            if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return;
            }
        }

        // Audio beside it on the connection (HTTP/2) has no limit, so the page needs one of its own.
        bool isLong = HostRequest.IsHttp1(context) || context.GetEndpoint()?.Metadata.GetMetadata<LongAnswer>() is not null;
        using CancellationTokenSource? late = isLong ? null : new CancellationTokenSource(Longest, time);
        using CancellationTokenRegistration ending =
            late?.Token.UnsafeRegister(static state => ((HttpContext)state!).Abort(), context) ?? default;
        await next(context).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext context)
    {
        Interlocked.Increment(ref _refused);
        Close(context);
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    // Nothing reads a request's body, so nothing can follow it. In HTTP/2 that concerns no other request.
    private static void Close(HttpContext context)
    {
        if (HostRequest.IsHttp1(context))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    private AddressQuota QuotaFor(HttpRequestHead? head) =>
        head?.Path.StartsWith("/health/", StringComparison.Ordinal) == true ? _health : _pages;

    /// <summary>Refuses requests that no page accepts. Kestrel would answer, too, but only after the body, which may never come.</summary>
    private static byte[]? RefusalOf(HttpRequestHead head) =>
        head is { Method: "POST", Path: ReloadEndpoint.Path, HasBody: false } ? null
        : head.Method is not ("GET" or "HEAD") ? Answer("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "Only GET and HEAD work here.\n")
        : head.HasBody ? Answer("413 Content Too Large", "", "A request for a page has no body.\n")
        : null;

    private static byte[] Answer(string status, string header, string text) => Encoding.ASCII.GetBytes(
        string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\n{header}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {text.Length}\r\nConnection: "
                + $"close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n{text}"));

    private async Task RefuseAsync(ConnectionContext connection, byte[] answer, bool hasBody)
    {
        PipeReader input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(RestTime, time);
        try
        {
            await connection.Transport.Output.WriteAsync(answer, patience.Token).ConfigureAwait(false);
            for (long rest = 0; hasBody && rest < MaxRest;)
            {
                ReadResult read = await input.ReadAsync(patience.Token).ConfigureAwait(false);
                rest += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // The client has left, or sends too much.
        }
    }
}
