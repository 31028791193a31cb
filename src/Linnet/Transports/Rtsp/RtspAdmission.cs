using Linnet.Broadcast;

namespace Linnet.Transports.Rtsp;

/// <summary>Limits connections and sessions, in total and per address. Thread-safe.</summary>
internal sealed class RtspAdmission(RtspServerOptions options, TimeProvider time)
{
    private readonly PeerQuota _sessions = new(options.MaxSessions, options.MaxSessionsPerAddress);

    /// <summary>Connections without a session. The one that has been silent longest is closed first.</summary>
    internal WaitingRoom Idle { get; } = new(options.MaxIdleConnections, options.MaxIdleConnectionsPerAddress, time);

    /// <summary>Takes the limits of sessions from other options. Sessions that are open stay.</summary>
    internal void Limit(RtspServerOptions other) => _sessions.Limit(other.MaxSessions, other.MaxSessionsPerAddress);

    /// <summary>The sessions now, and their limit.</summary>
    internal Places Places => _sessions.Places;

    /// <summary>Admits a session.</summary>
    internal bool TryOpenSession(PeerAddress peer) => _sessions.TryEnter(peer, out _);

    /// <summary>Frees the place of a session.</summary>
    internal void CloseSession(PeerAddress peer) => _sessions.Leave(peer);
}
