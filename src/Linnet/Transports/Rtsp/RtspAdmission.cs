namespace Linnet.Transports.Rtsp;

/// <summary>Counts connections and sessions, in all and for each address, and says when there are too many. Any thread may ask.</summary>
internal sealed class RtspAdmission(RtspServerOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerAddress, Counts> _ofNetwork = [];
    private int _idle;
    private int _sessions;

    /// <summary>Sessions now.</summary>
    internal int Sessions => Volatile.Read(ref _sessions);

    /// <summary>Connections without a session now.</summary>
    internal int IdleConnections => Volatile.Read(ref _idle);

    /// <summary>Lets a connection in that has no session yet.</summary>
    internal bool TryEnter(PeerAddress peer)
    {
        lock (_gate)
        {
            Counts counts = _ofNetwork.GetValueOrDefault(peer.Network);
            if (_idle >= options.MaxIdleConnections || counts.Idle >= options.MaxIdleConnectionsPerAddress)
            {
                return false;
            }

            Set(peer, counts with { Idle = counts.Idle + 1 });
            _idle++;
            return true;
        }
    }

    /// <summary>Lets a connection go that has no session.</summary>
    internal void Leave(PeerAddress peer)
    {
        lock (_gate)
        {
            Counts counts = _ofNetwork[peer.Network];
            Set(peer, counts with { Idle = counts.Idle - 1 });
            _idle--;
        }
    }

    /// <summary>Grants a session.</summary>
    /// <param name="peer">To whom.</param>
    /// <param name="isFirst">Whether its connection has no other: then it is no longer idle.</param>
    internal bool TryOpenSession(PeerAddress peer, bool isFirst)
    {
        lock (_gate)
        {
            Counts counts = _ofNetwork.GetValueOrDefault(peer.Network);
            if (_sessions >= options.MaxSessions || counts.Sessions >= options.MaxSessionsPerAddress)
            {
                return false;
            }

            int idle = isFirst ? 1 : 0;
            Set(peer, new Counts(counts.Idle - idle, counts.Sessions + 1));
            _idle -= idle;
            _sessions++;
            return true;
        }
    }

    /// <summary>Takes a session back.</summary>
    /// <param name="peer">From whom.</param>
    /// <param name="isLast">Whether its connection has no other: then it is idle again, which is not refused.</param>
    internal void CloseSession(PeerAddress peer, bool isLast)
    {
        lock (_gate)
        {
            Counts counts = _ofNetwork[peer.Network];
            int idle = isLast ? 1 : 0;
            Set(peer, new Counts(counts.Idle + idle, counts.Sessions - 1));
            _idle += idle;
            _sessions--;
        }
    }

    private void Set(PeerAddress peer, Counts counts)
    {
        if (counts == default)
        {
            _ofNetwork.Remove(peer.Network);
        }
        else
        {
            _ofNetwork[peer.Network] = counts;
        }
    }

    private readonly record struct Counts(int Idle, int Sessions);
}
