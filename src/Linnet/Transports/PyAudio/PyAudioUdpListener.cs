using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.PyAudio;

/// <summary>Sends a station to one listener as datagrams of raw PCM.</summary>
/// <param name="lease">The listener's lease of the rendition.</param>
/// <param name="remote">The listener's address.</param>
/// <param name="route">The way to the listener.</param>
/// <param name="datagrams">Makes the datagrams.</param>
/// <param name="onFinished">Called once, on the sender's thread, when sending has ended. Must be quick.</param>
internal sealed class PyAudioUdpListener(
    RingLease lease, IPEndPoint remote, PyAudioRoute route, PyAudioDatagrams datagrams, Action<DropReason> onFinished)
    : Listener(lease, remote, PyAudioServer.UdpTransport)
{
    // About 5 s of datagrams without a route: the client's machine sleeps, or its network changed.
    private const int MaxFailures = 50;

    private readonly List<PacketItem> _packets = [];
    private long _start;
    private long _end;
    private int _failures;

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        if (_packets.Count > 0 && packet.Position != _end)
        {
            SendRest(batch);
        }

        if (_packets.Count == 0)
        {
            _start = packet.Position;
        }

        _packets.Add(packet);
        _end = packet.Position + packet.Frames;
        for (long end = datagrams.EndOf(_start); end <= _end && Dropped is DropReason.None; end = datagrams.EndOf(_start))
        {
            SendUntil(end, batch);
        }

        return Dropped is DropReason.None;
    }

    /// <summary>The format has no sender reports.</summary>
    internal override void SendReport(long now, SendBatch batch)
    {
    }

    /// <summary>Sends the samples that do not fill a datagram. Empty datagrams are sent elsewhere, since they take time.</summary>
    internal override void SendEnd(SendBatch batch) => SendRest(batch);

    /// <inheritdoc/>
    internal override void OnFinished(DropReason reason) => onFinished(reason);

    /// <summary>Sends the samples that do not fill a datagram.</summary>
    /// <param name="batch">Counts the datagram if called on the sender's thread. Otherwise the sender must have released the
    /// listener.</param>
    internal void SendRest(SendBatch? batch = null)
    {
        if (_packets.Count > 0 && _end > _start)
        {
            SendUntil(_end, batch);
        }

        _packets.Clear();
    }

    private void SendUntil(long end, SendBatch? batch)
    {
        Send(datagrams.Get(_start, end, _packets).Span, batch);
        _start = end;
        _packets.RemoveAll(packet => packet.Position + packet.Frames <= end);
    }

    private void Send(ReadOnlySpan<byte> datagram, SendBatch? batch)
    {
        SocketError error = route.Send(datagram);
        if (error is SocketError.Success)
        {
            _failures = 0;
            return;
        }

        batch?.CountRefused();
        _failures++;
        if (PyAudioUdpPort.IsNobody(error) || _failures > MaxFailures)
        {
            Drop(DropReason.Disconnected);
        }
    }
}
