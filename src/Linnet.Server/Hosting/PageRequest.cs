using System.Net;
using Linnet.Transports;

namespace Linnet.Server.Hosting;

/// <summary>
/// A request on a <see cref="PageConnection"/>: for a page, which has a place among the pages, or for audio or
/// events, which have none.
/// </summary>
/// <param name="connection">The connection, which other requests may share (HTTP/2).</param>
internal sealed class PageRequest(PageConnection connection)
{
    private AddressQuota? _quota;
    private IPAddress? _address;
    private bool _isLong;

    /// <summary>Begins to serve a page, if there is a place for it; it may last <see cref="PageConnections.Longest"/>.</summary>
    /// <param name="quota">The quota that the place counts against.</param>
    /// <param name="client">The client.</param>
    internal bool TryServePage(AddressQuota quota, IPAddress client)
    {
        if (_quota is null)
        {
            if (!quota.TryEnter(client))
            {
                return false;
            }

            (_quota, _address) = (quota, client);
            connection.Count(pages: 1, audio: 0);
        }

        return true;
    }

    /// <summary>Begins to serve a listener, a push or a reader of events: none of them has a time limit.</summary>
    internal void ServeLong()
    {
        if (!_isLong)
        {
            _isLong = true;
            connection.Count(pages: LeaveQuota(), audio: 1);
        }
    }

    /// <summary>The response is complete.</summary>
    /// <param name="closes">Whether the web server closes the connection after it, so that there is no next request to wait for.</param>
    internal void End(bool closes)
    {
        int audio = _isLong ? -1 : 0;
        _isLong = false;
        connection.Count(LeaveQuota(), audio, closes);
    }

    private int LeaveQuota()
    {
        if (_quota is null)
        {
            return 0;
        }

        _quota.Leave(_address!);
        _quota = null;
        return -1;
    }
}
