using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.PyAudio;

/// <summary>Hears a station as datagrams of bare PCM.</summary>
/// <param name="lease">Its part in the rendition.</param>
/// <param name="remote">Where it is.</param>
/// <param name="socket">A socket that is connected to it, not blocking.</param>
/// <param name="datagrams">Makes the datagrams.</param>
/// <param name="onFinished">Told once, on the sender's thread, that no more will be sent. Must be quick.</param>
internal sealed class PyAudioUdpListener(
    RingLease lease, IPEndPoint remote, Socket socket, PyAudioDatagrams datagrams, Action<DropReason> onFinished)
    : Listener(lease, remote, PyAudioServer.UdpTransport)
{
    // Some 5 s of datagrams that no way was found for: a machine that sleeps, a network that was changed.
    private const int MaxFailures = 50;

    private readonly List<PacketItem> _packets = [];
    private long _start;
    private long _end;
    private int _failures;

    /// <inheritdoc/>
    protected internal override bool TrySend(PacketItem packet, SendBatch batch)
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

    /// <summary>The format has no place for it.</summary>
    protected internal override void SendReport(long now, SendBatch batch)
    {
    }

    /// <summary>Sends what does not fill a datagram. Empty ones follow from elsewhere, as they take time.</summary>
    protected internal override void SendEnd(SendBatch batch) => SendRest(batch);

    /// <inheritdoc/>
    protected internal override void OnFinished(DropReason reason) => onFinished(reason);

    /// <summary>Sends what does not fill a datagram.</summary>
    /// <param name="batch">Counts, if the sender's thread calls; else the sender must have let go of the listener.</param>
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
        socket.Send(datagram, SocketFlags.None, out SocketError error);
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
