using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Hosting;

/// <summary>
/// A connection that Kestrel serves, request by request. While it serves a page it has a place among the pages; between two requests it
/// waits like any connection without a request; while it carries audio the limits of listeners and pushes hold.
/// </summary>
/// <remarks>One request at a time: <see cref="TryServePage"/>, <see cref="ServeAudio"/> and <see cref="Rest"/> alternate.</remarks>
internal sealed class PageConnection : IDisposable
{
    private readonly PageConnections _pages;
    private readonly ConnectionContext _connection;
    private readonly CancellationTokenSource _patience;
    private readonly CancellationTokenRegistration _over;
    private (HttpRequestHead?, ForwardedRequest)? _first;
    private AddressQuota? _quota;
    private IPAddress? _address;
    private IDisposable? _waiting;

    internal PageConnection(
        PageConnections pages, ConnectionContext connection, ClientOrigin origin, HttpRequestHead? head, ForwardedRequest request,
        TimeProvider time)
    {
        _first = (head, request);
        _pages = pages;
        _connection = connection;
        Origin = origin;
        Socket = EndpointOutput.SocketOf(connection, "HTTP");
        _patience = new CancellationTokenSource(PageConnections.Longest, time);
        _over = _patience.Token.UnsafeRegister(static c => ((ConnectionContext)c!).Abort(), connection);
    }

    /// <summary>The origin of the connection, without the requests' headers.</summary>
    internal ClientOrigin Origin { get; }

    /// <summary>The connection's socket.</summary>
    internal Socket Socket { get; }

    /// <summary>
    /// The head and the client of the connection's first request, which the front has read and found to be for a page. Taken once.
    /// </summary>
    internal (HttpRequestHead? Head, ForwardedRequest Request)? TakeFirst()
    {
        (HttpRequestHead?, ForwardedRequest)? first = _first;
        _first = null;
        return first;
    }

    /// <summary>Begins to serve a page, if there is a place for it; it may last <see cref="PageConnections.Longest"/>.</summary>
    /// <param name="quota">The quota that the place counts against.</param>
    /// <param name="client">The client.</param>
    internal bool TryServePage(AddressQuota quota, IPAddress client)
    {
        StopWaiting();
        if (_quota is null)
        {
            if (!quota.TryEnter(client))
            {
                return false;
            }

            (_quota, _address) = (quota, client);
        }

        _patience.CancelAfter(PageConnections.Longest);
        return true;
    }

    /// <summary>Begins to serve a listener or a push, which has no time limit.</summary>
    internal void ServeAudio()
    {
        StopWaiting();
        LeaveQuota();
        _patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for the next request, for no longer than a page may take.</summary>
    /// <param name="closes">Whether Kestrel closes the connection after this response, so that there is none to wait for.</param>
    internal void Rest(bool closes)
    {
        LeaveQuota();
        _waiting = closes ? null : _pages.TryWait(Origin, _connection.Abort);

        // Without a place it ends soon, but not before its response has left.
        _patience.CancelAfter(closes || _waiting is not null ? PageConnections.Longest : PageConnections.WithoutPlace);
    }

    /// <summary>Gives its places back.</summary>
    public void Dispose()
    {
        StopWaiting();
        LeaveQuota();
        _over.Dispose();
        _patience.Dispose();
    }

    private void StopWaiting()
    {
        _waiting?.Dispose();
        _waiting = null;
    }

    private void LeaveQuota()
    {
        _quota?.Leave(_address!);
        _quota = null;
    }
}
