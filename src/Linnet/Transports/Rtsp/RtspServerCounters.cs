using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Why a session ended.</summary>
public enum RtspSessionEnd
{
    /// <summary>The client left: TEARDOWN.</summary>
    Teardown,

    /// <summary>Its connection closed or broke.</summary>
    Disconnected,

    /// <summary>It took nothing for too long.</summary>
    Stalled,

    /// <summary>Nothing was heard of it for too long.</summary>
    TimedOut,

    /// <summary>Its station ended.</summary>
    StationEnded,

    /// <summary>The server stopped.</summary>
    ServerStopped,

    /// <summary>Its rendition failed, or was made on demand and gave way to another. It can be asked for again.</summary>
    RenditionStopped,

    /// <summary>Sending to it failed here; the log says why.</summary>
    Failed,
}

/// <summary>Why a connection was closed by the server, or not let in.</summary>
public enum RtspConnectionRefusal
{
    /// <summary>There are too many without a session, in all or from its address.</summary>
    TooMany,

    /// <summary>No request came, or not all of one, or an answer was not taken, in time.</summary>
    TooSlow,

    /// <summary>It was idle for too long and had no session.</summary>
    Idle,

    /// <summary>It broke the protocol, or a limit of what is read.</summary>
    Malformed,

    /// <summary>It sent more, or more often, than a listener has reason to.</summary>
    TooMuch,

    /// <summary>It had no session, nothing had come from it for a second, and its place was needed for another.</summary>
    GaveWay,

    /// <summary>It began with a PROXY header, but is not a trusted proxy.</summary>
    ProxyNotTrusted,
}

/// <summary>What an RTSP server counts. Any thread may count and read.</summary>
internal sealed class RtspServerCounters
{
    private readonly ReasonCounts<RtspStatus> _refusedRequests = new();
    private readonly ReasonCounts<RtspConnectionRefusal> _refusedConnections = new();
    private readonly ReasonCounts<RtspSessionEnd> _endedSessions = new();
    private long _requests;
    private long _connections;

    private readonly RunningTotal<Listener> _udp = new(static l => l.PayloadBytesSent);
    private readonly RunningTotal<Listener> _tcp = new(static l => l.PayloadBytesSent);

    internal long Requests => Volatile.Read(ref _requests);

    internal long Connections => Volatile.Read(ref _connections);

    internal void CountConnection() => Interlocked.Increment(ref _connections);

    internal void Count(RtspStatus answer)
    {
        Interlocked.Increment(ref _requests);
        if (!answer.IsSuccess())
        {
            _refusedRequests.Count(answer);
        }
    }

    internal void Count(RtspConnectionRefusal reason) => _refusedConnections.Count(reason);

    internal void Count(RtspSessionEnd reason) => _endedSessions.Count(reason);

    internal void CountListener(Listener listener) => TotalOf(listener).Enter(listener);

    internal void CountLeft(Listener listener) => TotalOf(listener).Leave(listener);

    internal IReadOnlyList<TransportTotal> Totals()
    {
        ((long udpCount, long udpBytes), (long tcpCount, long tcpBytes)) = (_udp.Read(), _tcp.Read());
        return [new(TransportTotal.RtspUdp, udpCount, udpBytes), new(TransportTotal.RtspTcp, tcpCount, tcpBytes)];
    }

    internal IReadOnlyDictionary<RtspStatus, long> RefusedRequests() => _refusedRequests.Read();

    internal IReadOnlyDictionary<RtspConnectionRefusal, long> RefusedConnections() => _refusedConnections.Read();

    internal IReadOnlyDictionary<RtspSessionEnd, long> EndedSessions() => _endedSessions.Read();

    private RunningTotal<Listener> TotalOf(Listener listener) => listener.Transport == TransportTotal.RtspUdp ? _udp : _tcp;
}
