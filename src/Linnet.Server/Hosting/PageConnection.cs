using System.Net.Sockets;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Hosting;

/// <summary>
/// A connection that Kestrel serves. While it serves a page it has a place among the pages; between two requests it waits like any
/// connection without a request; while it carries audio the limits of listeners and pushes hold.
/// </summary>
/// <remarks>HTTP/1.1 has one request at a time, HTTP/2 several: any thread may count.</remarks>
internal sealed class PageConnection : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PageConnections _pages;
    private readonly ConnectionContext _connection;
    private readonly CancellationTokenSource _patience;
    private readonly CancellationTokenRegistration _over;
    private (HttpRequestHead?, ForwardedRequest, PageRequest)? _first;
    private IDisposable? _waiting;
    private int _pageCount;
    private int _audioCount;
    private bool _isDisposed;

    internal PageConnection(PageConnections pages, ConnectionContext connection, ClientOrigin origin, TimeProvider time)
    {
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

    /// <summary>Sets the connection's first request, which the front has read and found to be for a page.</summary>
    internal PageRequest SetFirst(HttpRequestHead? head, ForwardedRequest request)
    {
        var first = new PageRequest(this);
        _first = (head, request, first);
        return first;
    }

    /// <summary>The first request, if the front has read it. Taken once.</summary>
    internal (HttpRequestHead? Head, ForwardedRequest Request, PageRequest Page)? TakeFirst()
    {
        (HttpRequestHead?, ForwardedRequest, PageRequest)? first = _first;
        _first = null;
        return first;
    }

    /// <summary>Counts requests that begin or end, and sets how long the connection may take from now on.</summary>
    /// <param name="pages">Pages that begin; negative: that end.</param>
    /// <param name="audio">Listeners and pushes that begin; negative: that end.</param>
    /// <param name="closes">Whether Kestrel closes the connection after this response.</param>
    internal void Count(int pages, int audio, bool closes = false)
    {
        lock (_lock)
        {
            _pageCount += pages;
            _audioCount += audio;
            if (_isDisposed)
            {
                return;
            }

            bool isIdle = _pageCount == 0 && _audioCount == 0 && !closes;
            if (!isIdle)
            {
                StopWaiting();
            }
            else
            {
                _waiting ??= _pages.TryWait(Origin, _connection.Abort);
            }

            // Without a place to wait it ends soon, but not before its response has left.
            _patience.CancelAfter(
                _audioCount > 0 ? Timeout.InfiniteTimeSpan
                : isIdle && _waiting is null ? PageConnections.WithoutPlace
                : PageConnections.Longest);
        }
    }

    /// <summary>Gives its place back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            StopWaiting();
        }

        _over.Dispose();
        _patience.Dispose();
    }

    private void StopWaiting()
    {
        _waiting?.Dispose();
        _waiting = null;
    }
}
