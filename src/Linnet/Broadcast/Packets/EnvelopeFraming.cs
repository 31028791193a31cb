namespace Linnet.Broadcast.Packets;

/// <summary>
/// A framing that puts bytes before and after an unchanged payload. A ring makes its packets with room for the first such framing
/// that it knows, which saves a second copy.
/// </summary>
internal abstract record EnvelopeFraming : PacketFraming
{
    /// <summary>Bytes before a payload of <paramref name="payloadLength"/> bytes: at most 255.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The payload is too long for the protocol.</exception>
    internal abstract int HeadLength(int payloadLength);

    /// <summary>Bytes behind a payload of <paramref name="payloadLength"/> bytes: at most 255. Default 0.</summary>
    internal virtual int TailLength(int payloadLength) => 0;

    /// <summary>Writes what stands around the payload.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="frame">All of its bytes; the payload is in its place.</param>
    internal abstract void WriteAround(PacketItem packet, Span<byte> frame);

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte> Make(PacketItem packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        ReadOnlySpan<byte> payload = packet.Payload.Span;
        int head = HeadLength(payload.Length);
        byte[] frame = new byte[head + payload.Length + TailLength(payload.Length)];
        payload.CopyTo(frame.AsSpan(head));
        WriteAround(packet, frame);
        return frame;
    }
}
