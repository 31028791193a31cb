using Linnet.Diagnostics;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>The sessions of a connection, and the place it has while it has none.</summary>
internal sealed partial class RtspServerConnection
{
    private readonly List<RtspServerSession> _starting = [];
    private WaitingRoom.Place? _idle;

    /// <summary>Takes a place among those without a session.</summary>
    internal bool TryEnter() => (_idle = _server.Admission.Idle.TryEnter(Peer, GiveWay)) is not null;

    /// <summary>Gives that place back, if it still has it.</summary>
    internal void Leave() => _idle?.Dispose();

    /// <summary>Makes a session; <see langword="null"/> if there are too many.</summary>
    internal RtspServerSession? TryOpenSession(RtspResource resource, TransportSpec transport, bool repairs, UInt128? routeProof)
    {
        if (!_server.Admission.TryOpenSession(Peer))
        {
            return null;
        }

        _idle?.Dispose();
        _idle = null;
        var session = new RtspServerSession(_server, this, resource, transport, repairs, routeProof);
        SessionTable.Add(session);
        return session;
    }

    /// <summary>Has a session's sound start once the answer that is being made has gone out.</summary>
    internal void StartAfterAnswer(RtspServerSession session) => _starting.Add(session);

    /// <summary>Ends a session; nothing is sent for it afterwards.</summary>
    internal async Task EndSessionAsync(RtspServerSession session, RtspSessionEnd reason)
    {
        SessionTable.Remove(session);
        await session.CloseAsync(reason).ConfigureAwait(false);
        _server.Admission.CloseSession(Peer);
        if (SessionTable.IsEmpty)
        {
            // It is idle again, which is not refused.
            _idle = _server.Admission.Idle.Enter(Peer, GiveWay);
        }

        _server.Counters.Count(reason);
        _server.Logger.SessionEnded(
            Remote, session.Resource.Ring.Info.ToString(), reason.ToWords(), session.Listener?.PacketsSent ?? 0,
            session.Listener?.PacketsSkipped ?? 0);
    }

    private async Task EndFinishedSessionsAsync()
    {
        foreach (RtspServerSession session in Sessions)
        {
            if (session.Finished is not RtspSessionEnd reason)
            {
                continue;
            }

            if (reason == RtspSessionEnd.StationEnded)
            {
                // The client still has sound to play, and then tears down. By UDP the goodbye may be lost, so it is said again.
                _patience.Linger();
                session.RepeatGoodbye();
                continue;
            }

            await EndSessionAsync(session, reason).ConfigureAwait(false);
            if (!session.Transport.IsTcp
                || reason is RtspSessionEnd.TimedOut or RtspSessionEnd.RenditionStopped or RtspSessionEnd.ServerStopped)
            {
                _isClosing |= SessionTable.IsEmpty;
            }
            else
            {
                // Of its last frame perhaps not all has gone out: what follows on this connection would make no sense.
                Abort();
            }
        }
    }

    private async Task EndSessionsAsync(RtspSessionEnd reason)
    {
        foreach (RtspServerSession session in Sessions)
        {
            await EndSessionAsync(session, session.Finished ?? reason).ConfigureAwait(false);
        }
    }

    // Called where another connection is let in.
    private void GiveWay() => Refuse(RtspConnectionRefusal.GaveWay);
}
