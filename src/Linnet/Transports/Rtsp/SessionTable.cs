using System.Buffers;
using System.Collections.Concurrent;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// The sessions of one connection. Lookup by id and by channel has constant cost. One task writes; any thread may read the list.
/// </summary>
/// <param name="most">The most sessions.</param>
internal sealed class SessionTable(int most)
{
    // The longest RTCP datagram that is read: fits in one Ethernet frame.
    private const int MaxRtcp = 1500;

    private readonly ConcurrentDictionary<string, RtspServerSession> _byId = new();
    private readonly RtspServerSession?[] _byChannel = new RtspServerSession?[byte.MaxValue + 1];

    /// <summary>The sessions.</summary>
    internal IEnumerable<RtspServerSession> All => _byId.Select(s => s.Value);

    internal bool IsEmpty => _byId.IsEmpty;

    /// <summary>Whether there is room for another session.</summary>
    internal bool HasRoom => _byId.Count < most;

    internal RtspServerSession? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Handles interleaved RTCP.</summary>
    internal void Hear(in InterleavedFrame frame)
    {
        if (frame.Payload.Length > MaxRtcp
            || _byChannel[frame.Channel] is not RtspServerSession session
            || session.Transport.Interleaved?.Rtcp != frame.Channel)
        {
            return;
        }

        Span<byte> datagram = stackalloc byte[MaxRtcp];
        frame.Payload.CopyTo(datagram);
        if (RtcpCompound.TryParse(datagram[..(int)frame.Payload.Length], out RtcpCompound? compound))
        {
            session.Feedback.Hear(compound);
        }
    }

    /// <summary>Whether no other session than <paramref name="session"/> uses a channel.</summary>
    internal bool IsFree(int channel, RtspServerSession? session) => _byChannel[channel] is not RtspServerSession user || user == session;

    internal void Add(RtspServerSession session)
    {
        _byId.TryAdd(session.Id, session);
        SetChannels(session, session);
    }

    internal void Remove(RtspServerSession session)
    {
        _byId.TryRemove(session.Id, out _);
        SetChannels(session, null);
    }

    /// <summary>Changes the transport of a session that has not played yet.</summary>
    internal void SetTransport(
        RtspServerSession session, TransportSpec transport, bool repairs, UInt128? routeProof, SrtpSession? srtp)
    {
        SetChannels(session, null);
        session.SetTransport(transport, repairs, routeProof, srtp);
        SetChannels(session, session);
    }

    private void SetChannels(RtspServerSession session, RtspServerSession? user)
    {
        if (session.Transport.Interleaved is TransportPair channels)
        {
            _byChannel[channels.Rtp] = user;
            _byChannel[channels.Rtcp] = user;
        }
    }
}
