using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Why a session ended.</summary>
internal enum RtspSessionEnd
{
    /// <summary>The client sent TEARDOWN.</summary>
    Teardown,

    /// <summary>The connection closed or broke.</summary>
    Disconnected,

    /// <summary>The client received nothing for too long.</summary>
    Stalled,

    /// <summary>Nothing arrived from the client for too long.</summary>
    TimedOut,

    /// <summary>The station ended.</summary>
    StationEnded,

    /// <summary>The server stopped.</summary>
    ServerStopped,

    /// <summary>The rendition failed, or was on demand and was stopped for another. The client can request it again.</summary>
    RenditionStopped,

    /// <summary>Sending failed on this side; the log has the reason.</summary>
    Failed,

    /// <summary>The time is over that the service that admitted the client had given.</summary>
    TimeOver,
}

/// <summary>Why the server closed or refused a connection.</summary>
internal enum RtspConnectionRefusal
{
    /// <summary>The limit of connections without a session is reached, in total or for its address.</summary>
    TooMany,

    /// <summary>No complete request arrived in time, or a response was not received in time.</summary>
    TooSlow,

    /// <summary>The connection was idle without a session for too long.</summary>
    Idle,

    /// <summary>The client broke the protocol or exceeded a size limit.</summary>
    Malformed,

    /// <summary>The client sent more, or more often, than a listener needs to.</summary>
    TooMuch,

    /// <summary>The connection had no session, was silent for a second, and its place was needed.</summary>
    GaveWay,

    /// <summary>The connection began with a PROXY header, but the peer is not a trusted proxy.</summary>
    ProxyNotTrusted,
}

/// <summary>The counters of an RTSP server. Thread-safe.</summary>
internal sealed class RtspServerCounters
{
    private readonly ReasonCounts<RtspStatus> _refusedRequests = new();
    private readonly ReasonCounts<RtspSessionEnd> _endedSessions = new();
    private readonly RunningTotal<Listener> _udp = new(static l => l.PayloadBytesSent);
    private readonly RunningTotal<Listener> _tcp = new(static l => l.PayloadBytesSent);
    private long _requests;

    internal long Requests => Volatile.Read(ref _requests);

    internal void Count(RtspStatus answer)
    {
        Interlocked.Increment(ref _requests);
        if (!answer.IsSuccess())
        {
            _refusedRequests.Count(answer);
        }
    }

    internal void Count(RtspSessionEnd reason) => _endedSessions.Count(reason);

    internal void CountListener(Listener listener) => TotalOf(listener).Enter(listener);

    internal void CountLeft(Listener listener) => TotalOf(listener).Leave(listener);

    internal IReadOnlyList<TransportTotal> Totals()
    {
        ((long udpCount, long udpBytes), (long tcpCount, long tcpBytes)) = (_udp.Read(), _tcp.Read());
        return [new(TransportTotal.RtspUdp, udpCount, udpBytes), new(TransportTotal.RtspTcp, tcpCount, tcpBytes)];
    }

    internal IReadOnlyDictionary<RtspStatus, long> RefusedRequests() => _refusedRequests.Read();

    internal IReadOnlyDictionary<RtspSessionEnd, long> EndedSessions() => _endedSessions.Read();

    private RunningTotal<Listener> TotalOf(Listener listener) => listener.Transport == TransportTotal.RtspUdp ? _udp : _tcp;
}
