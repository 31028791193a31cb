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
}

/// <summary>What an RTSP server counts. Any thread may count and read.</summary>
internal sealed class RtspServerCounters
{
    private readonly long[] _refusedRequests = new long[1000];
    private readonly long[] _refusedConnections = new long[Enum.GetValues<RtspConnectionRefusal>().Length];
    private readonly long[] _endedSessions = new long[Enum.GetValues<RtspSessionEnd>().Length];
    private long _requests;
    private long _connections;

    internal long Requests => Volatile.Read(ref _requests);

    internal long Connections => Volatile.Read(ref _connections);

    internal void CountConnection() => Interlocked.Increment(ref _connections);

    internal void Count(RtspStatus answer)
    {
        Interlocked.Increment(ref _requests);
        if (!answer.IsSuccess())
        {
            Interlocked.Increment(ref _refusedRequests[(int)answer]);
        }
    }

    internal void Count(RtspConnectionRefusal reason) => Interlocked.Increment(ref _refusedConnections[(int)reason]);

    internal void Count(RtspSessionEnd reason) => Interlocked.Increment(ref _endedSessions[(int)reason]);

    internal IReadOnlyDictionary<RtspStatus, long> RefusedRequests() => Nonzero<RtspStatus>(_refusedRequests, i => (RtspStatus)i);

    internal IReadOnlyDictionary<RtspConnectionRefusal, long> RefusedConnections() => Nonzero(_refusedConnections, i => (RtspConnectionRefusal)i);

    internal IReadOnlyDictionary<RtspSessionEnd, long> EndedSessions() => Nonzero(_endedSessions, i => (RtspSessionEnd)i);

    private static Dictionary<T, long> Nonzero<T>(long[] counts, Func<int, T> key)
        where T : notnull
    {
        var nonzero = new Dictionary<T, long>();
        for (int i = 0; i < counts.Length; i++)
        {
            if (Volatile.Read(ref counts[i]) is long count and > 0)
            {
                nonzero.Add(key(i), count);
            }
        }

        return nonzero;
    }
}
