using Linnet.Wire.Rtp;

namespace Linnet.Broadcast.Packets;

/// <summary>An RTP packet that carries copies of earlier ones; the packet alone where no copy is there that fits.</summary>
/// <remarks>
/// Source: RFC 2198. The packet keeps its own SSRC, sequence number, timestamp and marker: a listener that gets it in this form needs no
/// other.
/// </remarks>
/// <param name="Ring">The source of the copies.</param>
/// <param name="Rtp">The packet without copies.</param>
/// <param name="Redundancy">Which earlier packets are copied.</param>
internal sealed record RedFraming(BroadcastRing Ring, RtpFraming Rtp, Redundancy Redundancy) : PacketFraming
{
    /// <summary>The longest payload made: as with PCM, what fits through every path unbroken.</summary>
    internal const int MaxPayload = 1200;

    /// <summary>The framing of a ring's packets.</summary>
    internal static RedFraming Of(BroadcastRing ring, Redundancy redundancy) =>
        ring.Know(new RedFraming(ring, RtpFraming.Of(ring), redundancy));

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte> Make(PacketItem packet)
    {
        Span<PacketItem?> copies = new PacketItem?[Redundancy.MaxCopies];
        int length = RedPayload.PrimaryHeaderLength + packet.Payload.Length;
        int count = 0;
        int spacing = Redundancy.SpacingIn(Ring.Info.PacketTime);
        for (int i = 1; i <= Redundancy.Copies; i++)
        {
            if (Ring.TryFindPacket(packet, packet.Number - (i * spacing), out PacketItem? copy) && Fits(packet, copy)
                && length + RedPayload.CopyHeaderLength + copy.Payload.Length <= MaxPayload)
            {
                length += RedPayload.CopyHeaderLength + copy.Payload.Length;
                copies[count++] = copy;
            }
        }

        ReadOnlyMemory<byte> alone = Rtp.Frame(packet);
        return count == 0 ? alone : Write(packet, alone.Span[..RtpHeader.Length], copies[..count], length);
    }

    private static byte[] Write(PacketItem packet, ReadOnlySpan<byte> header, ReadOnlySpan<PacketItem?> newestFirst, int length)
    {
        byte[] datagram = new byte[RtpHeader.Length + length];
        header.CopyTo(datagram);
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
