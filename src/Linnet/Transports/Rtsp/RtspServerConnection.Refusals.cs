using System.Buffers;
using Linnet.Diagnostics;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Rtsp;

/// <content>Refusing a connection, and proxies.</content>
internal sealed partial class RtspServerConnection
{
    // Whether a whole message or frame has arrived: then the following bytes are RTSP, whatever they look like.
    private bool _isKnown;

    /// <summary>Whether the client connected without a proxy, so that UDP can reach it.</summary>
    internal bool IsDirect { get; }

    /// <summary>Refuses an untrusted proxy, with a text for its administrator.</summary>
    /// <returns><see langword="false"/>: there is no PROXY header. Nothing was consumed.</returns>
    private async ValueTask<bool> TryDenyProxyAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isKnown || !ProxyHeader.IsAt(buffer))
        {
            return false;
        }

        _input.AdvanceTo(buffer.End);
        _server.Proxies?.Deny(Remote);
        _server.Refusals.Count(Remote, RtspConnectionRefusal.ProxyNotTrusted);
        Output.Post(ProxyDenial.Answer("RTSP/1.0", _server.Proxies?.Setting ?? nameof(TrustedProxies)));
        await Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        await HangUpAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void Refuse(RtspConnectionRefusal reason)
    {
        // The task that owns the connection may notice only later that it was cut.
        if (Interlocked.Exchange(ref _isRefused, 1) != 0)
        {
            return;
        }

        _server.Refusals.Count(Remote, reason);
        Abort();
    }
}
