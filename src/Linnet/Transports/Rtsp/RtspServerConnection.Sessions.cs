using Linnet.Diagnostics;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>The sessions of a connection, and its place among idle connections while it has none.</summary>
internal sealed partial class RtspServerConnection
{
    private readonly List<RtspServerSession> _starting = [];
    private WaitingRoom.Place? _idle;

    /// <summary>Takes a place among the connections without a session.</summary>
    internal bool TryEnter() => (_idle = _server.Admission.Idle.TryEnter(Peer, GiveWay)) is not null;

    /// <summary>Frees that place, if it still has it. The connection has ended.</summary>
    internal void Leave()
    {
        _idle?.Dispose();
        _handler.End();
    }

    /// <summary>Creates a session; <see langword="null"/> if there are too many.</summary>
    internal RtspServerSession? TryOpenSession(
        RtspResource resource, TransportSpec transport, bool repairs, UInt128? routeProof, SrtpSession? srtp, long? endsAt)
    {
        if (!_server.Admission.TryOpenSession(Peer))
        {
            return null;
        }

        _idle?.Dispose();
        _idle = null;
        var session = new RtspServerSession(_server, this, resource, transport, repairs, routeProof, srtp) { EndsAt = endsAt };
        SessionTable.Add(session);
        return session;
    }

    /// <summary>Starts a session's audio after the current response has been sent.</summary>
    internal void StartAfterAnswer(RtspServerSession session) => _starting.Add(session);

    /// <summary>Ends a session; nothing is sent for it afterwards.</summary>
    internal async Task EndSessionAsync(RtspServerSession session, RtspSessionEnd reason)
    {
        SessionTable.Remove(session);
        await session.CloseAsync(reason).ConfigureAwait(false);
        _server.Admission.CloseSession(Peer);
        if (SessionTable.IsEmpty)
        {
            // The connection is idle again, which is always allowed.
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
                // The client still has audio to play, and then tears down. Over UDP the goodbye may be lost, so it is repeated.
                _patience.Linger();
                session.RepeatGoodbye();
                continue;
            }

            await EndSessionAsync(session, reason).ConfigureAwait(false);
            if (!session.Transport.IsTcp
                || reason is RtspSessionEnd.TimedOut or RtspSessionEnd.RenditionStopped or RtspSessionEnd.ServerStopped
                    or RtspSessionEnd.TimeOver)
            {
                _isClosing |= SessionTable.IsEmpty;
            }
            else
            {
                // Its last frame may be incomplete: the client could not parse what follows on this connection.
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

    // Called when another connection is admitted.
    private void GiveWay() => Refuse(RtspConnectionRefusal.GaveWay);
}
