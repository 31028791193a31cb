using Linnet.Wire.Rtp;

namespace Linnet.Broadcast.Packets;

/// <summary>Makes packets that carry copies of earlier ones.</summary>
/// <remarks>
/// Source: RFC 2198. The packet keeps its own SSRC, sequence number, timestamp and marker: for whoever hears it so, it <i>is</i> the
/// packet.
/// </remarks>
internal static class RedPacket
{
    /// <summary>The longest payload made: as with PCM, what fits through every path unbroken.</summary>
    internal const int MaxPayload = 1200;

    /// <summary>Makes the datagram; <see langword="null"/> if no copy is there that fits.</summary>
    internal static byte[]? TryMake(BroadcastRing ring, PacketItem packet, Redundancy redundancy)
    {
        Span<PacketItem?> copies = new PacketItem?[Redundancy.MaxCopies];
        int length = RedPayload.PrimaryHeaderLength + packet.Payload.Length;
        int count = 0;
        int spacing = redundancy.SpacingIn(ring.Info.PacketTime);
        for (int i = 1; i <= redundancy.Copies; i++)
        {
            if (ring.TryFindPacket(packet, packet.Number - (i * spacing), out PacketItem? copy) && Fits(packet, copy)
                && length + RedPayload.CopyHeaderLength + copy.Payload.Length <= MaxPayload)
            {
                length += RedPayload.CopyHeaderLength + copy.Payload.Length;
                copies[count++] = copy;
            }
        }

        return count == 0 ? null : Write(packet, copies[..count], length);
    }

    private static byte[] Write(PacketItem packet, ReadOnlySpan<PacketItem?> newestFirst, int length)
    {
        byte[] datagram = new byte[RtpHeader.Length + length];
        packet.Datagram.Span[..RtpHeader.Length].CopyTo(datagram);
        datagram[1] = (byte)((datagram[1] & 0x80) | RtpStreamIdentity.RedPayloadType);

        Span<byte> headers = datagram.AsSpan(RtpHeader.Length);
        Span<byte> payloads = headers[((newestFirst.Length * RedPayload.CopyHeaderLength) + RedPayload.PrimaryHeaderLength)..];
        for (int i = newestFirst.Length - 1; i >= 0; i--)
        {
            PacketItem copy = newestFirst[i]!;
            RedPayload.WriteCopyHeader(headers, RtpStreamIdentity.PayloadType, Offset(packet, copy), copy.Payload.Length);
            headers = headers[RedPayload.CopyHeaderLength..];
            copy.Payload.Span.CopyTo(payloads);
            payloads = payloads[copy.Payload.Length..];
        }

        RedPayload.WritePrimaryHeader(headers, RtpStreamIdentity.PayloadType);
        packet.Payload.Span.CopyTo(payloads);
        return datagram;
    }

    // A copy from before a break may be anywhere in time.
    private static bool Fits(PacketItem packet, PacketItem copy) =>
        Offset(packet, copy) is > 0 and <= RedPayload.MaxOffset && copy.Payload.Length <= RedPayload.MaxCopyLength;

    private static int Offset(PacketItem packet, PacketItem copy) =>
        (int)Math.Clamp(packet.Position - copy.Position, int.MinValue, int.MaxValue);
}
