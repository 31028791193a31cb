using Linnet.Broadcast;

namespace Linnet.Transports.Rtsp;

/// <summary>Counts connections and sessions, in all and for each address, and says when there are too many. Any thread may ask.</summary>
internal sealed class RtspAdmission(RtspServerOptions options, TimeProvider time)
{
    private readonly PeerQuota _sessions = new(options.MaxSessions, options.MaxSessionsPerAddress);

    /// <summary>Sessions now.</summary>
    internal int Sessions => _sessions.Count;

    /// <summary>Connections without a session. The one from which nothing has come for longest gives way first.</summary>
    internal WaitingRoom Idle { get; } = new(options.MaxIdleConnections, options.MaxIdleConnectionsPerAddress, time);

    /// <summary>Grants a session.</summary>
    internal bool TryOpenSession(PeerAddress peer) => _sessions.TryEnter(peer, out _);

    /// <summary>Takes a session back.</summary>
    internal void CloseSession(PeerAddress peer) => _sessions.Leave(peer);
}
