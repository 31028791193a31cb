namespace Linnet.Broadcast.Packets;

/// <summary>
/// The form of packets on the wire. Each packet is framed once, when the first listener needs it; all listeners share the
/// bytes.
/// </summary>
/// <remarks>
/// A value: it has no state, and equal framings give the same bytes. Any thread may use it. <see cref="BroadcastRing.Know"/> adds it to
/// a ring.
/// </remarks>
internal abstract record PacketFraming
{
    /// <summary>The packet in this form. Any thread may call.</summary>
    public virtual ReadOnlyMemory<byte> Frame(PacketItem packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        return packet.FramedBy(this);
    }

    /// <summary>Makes the bytes of one packet. They never change.</summary>
    internal abstract ReadOnlyMemory<byte> Make(PacketItem packet);
}
