using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.PyAudio;

/// <summary>Hears a station as messages of the PyAudio tutorial's TCP format.</summary>
/// <param name="lease">Its lease of the rendition.</param>
/// <param name="remote">Its address.</param>
/// <param name="output">The connection's output.</param>
/// <param name="onFinished">Called once, on the sender's thread, when no more will be sent. Must be quick.</param>
internal sealed class PyAudioTcpListener(RingLease lease, IPEndPoint remote, FramedOutput output, Action<DropReason> onFinished)
    : ConnectionListener(lease, remote, PyAudioServer.TcpTransport, output, onFinished)
{
    private readonly PyAudioFraming _framing = PyAudioFraming.Of(lease.Ring);

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch) =>
        Output.TrySend(_framing.Frame(packet)) || DropIfBroken();

    /// <summary>The format has no place for it.</summary>
    internal override void SendReport(long now, SendBatch batch)
    {
    }

    /// <summary>The server says it, and may have to wait for that.</summary>
    internal override void SendEnd(SendBatch batch)
    {
    }
}
