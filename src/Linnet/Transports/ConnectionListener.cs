using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports;

/// <summary>Hears a rendition over a TCP connection.</summary>
internal abstract class ConnectionListener : Listener
{
    private readonly Action<DropReason> _onFinished;

    /// <param name="lease">Its lease of the rendition.</param>
    /// <param name="remote">Its address.</param>
    /// <param name="transport">Name for logs and metrics.</param>
    /// <param name="output">The connection's output.</param>
    /// <param name="onFinished">Called once, on the sender's thread, when no more will be sent. Must be quick.</param>
    protected ConnectionListener(
        RingLease lease, IPEndPoint remote, string transport, FramedOutput output, Action<DropReason> onFinished)
        : base(lease, remote, transport)
    {
        _onFinished = onFinished;
        Output = output;
    }

    /// <summary>Bounds what the connection holds for a listener, and counts it.</summary>
    /// <param name="memory">Counts the bytes that the kernel holds for it.</param>
    /// <param name="output">The connection's output.</param>
    /// <param name="info">The rendition.</param>
    /// <param name="peer">The listener's address.</param>
    /// <returns>The value for <see cref="Listener.Memory"/>; <see langword="null"/>: there is no room for it.</returns>
    internal static SendMemory.Use? TryReserve(SendMemory memory, FramedOutput output, RenditionInfo info, PeerAddress peer) =>
        memory.TryOpen(peer.Network.Bits, output.BoundFor(info));

    /// <inheritdoc/>
    public override long UnsentBytes => Output.UnsentBytes;

    /// <summary>The connection's output.</summary>
    protected FramedOutput Output { get; }

    /// <inheritdoc/>
    internal override bool TryFlush() => Output.TryFlush() || DropIfBroken();

    /// <inheritdoc/>
    internal override void OnFinished(DropReason reason) => _onFinished(reason);

    /// <summary>Gives the listener up if its connection took an error.</summary>
    /// <returns>Always <see langword="false"/>: nothing was sent.</returns>
    protected bool DropIfBroken()
    {
        if (Output.IsBroken)
        {
            Drop(DropReason.Disconnected);
        }

        return false;
    }
}
