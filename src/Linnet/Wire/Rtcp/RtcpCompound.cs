using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Linnet.Wire.Rtcp;

/// <summary>One RTCP datagram: a report, then any other packets.</summary>
/// <remarks>Source: RFC 3550 §6.1; validity checks of §A.2.</remarks>
internal sealed class RtcpCompound
{
    /// <summary>The most packets in a datagram. A datagram with more is refused.</summary>
    public const int MaxPackets = 32;

    private RtcpCompound(IReadOnlyList<RtcpPacket> packets, int skipped)
    {
        Packets = packets;
        Skipped = skipped;
    }

    /// <summary>
    /// The packets, in order. The first is a <see cref="SenderReport"/> or <see cref="ReceiverReport"/>, unless the datagram is of
    /// reduced size.
    /// </summary>
    public IReadOnlyList<RtcpPacket> Packets { get; }

    /// <summary>
    /// Packets that were skipped because their type is not supported: other APP packets, feedback other than generic NACK, …
    /// </summary>
    public int Skipped { get; }

    /// <summary>Reads an untrusted datagram from the network. Never throws.</summary>
    /// <param name="datagram">The bytes.</param>
    /// <param name="compound">The packets in the datagram.</param>
    /// <param name="reducedSize">Whether the first packet need not be a report. Only if both sides agreed on it (RFC 5506).</param>
    /// <returns>
    /// <see langword="false"/> if the packets do not fill the datagram exactly, if the first is not a report or is padded, if any but
    /// the last is padded, if there are more than <see cref="MaxPackets"/>, or if one is shorter than it states.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out RtcpCompound? compound, bool reducedSize = false)
    {
        //  0 1 2 3         8               16                            31
        // |V=2|P|  count  |  packet type  |  length in words, minus one   |
        compound = null;
        var packets = new List<RtcpPacket>(2);
        int skipped = 0;
        ReadOnlySpan<byte> rest = datagram;
        do
        {
            if (rest.Length < RtcpPacket.HeaderLength || rest[0] >> 6 != RtcpPacket.Version)
            {
                return false;
            }

            bool isFirst = rest.Length == datagram.Length;
            bool isPadded = (rest[0] & 0x20) != 0;
            int count = rest[0] & 0x1F;
            byte type = rest[1];
            int length = 4 * (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) + 1);
            if (length > rest.Length
                || (isFirst && !reducedSize && (isPadded || type is not (SenderReport.PacketType or ReceiverReport.PacketType)))
                || (isPadded && length != rest.Length)
                || packets.Count + skipped == MaxPackets)
            {
                return false;
            }

            // The last byte counts the padding, including itself, in whole words.
            int padding = isPadded ? rest[length - 1] : 0;
            int end = length - padding;
            if (end < RtcpPacket.HeaderLength || (isPadded && (padding == 0 || padding % 4 != 0)))
            {
                return false;
            }

            if (!TryRead(type, count, rest[RtcpPacket.HeaderLength..end], out RtcpPacket? packet))
            {
                return false;
            }

            if (packet is null)
            {
                skipped++;
            }
            else
            {
                packets.Add(packet);
            }

            rest = rest[length..];
        }
        while (!rest.IsEmpty);

        compound = new RtcpCompound(packets, skipped);
        return true;
    }

    /// <summary>Whether a datagram on a port that RTP and RTCP share is RTCP.</summary>
    /// <remarks>Source: RFC 5761 §4: the byte with RTP's marker and payload type is never 192 to 223.</remarks>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) => datagram.Length >= 2 && datagram[1] is >= 192 and <= 223;

    /// <summary>Writes packets one after another.</summary>
    /// <param name="destination">The buffer; 1200 bytes are plenty for a report, a source description and a goodbye.</param>
    /// <param name="packets">The first is a <see cref="SenderReport"/> or a <see cref="ReceiverReport"/>.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The first packet is not a report.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is too short.</exception>
    public static int Write(Span<byte> destination, params ReadOnlySpan<RtcpPacket> packets)
    {
        if (packets is not [SenderReport or ReceiverReport, ..])
        {
            throw new ArgumentException("An RTCP datagram must start with a report (RFC 3550 §6.1).", nameof(packets));
        }

        return WriteReducedSize(destination, packets);
    }

    /// <summary>Writes packets of which the first need not be a report. Only if both sides agreed on it.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is too short.</exception>
    /// <remarks>Source: RFC 5506.</remarks>
    public static int WriteReducedSize(Span<byte> destination, params ReadOnlySpan<RtcpPacket> packets)
    {
        int length = 0;
        foreach (RtcpPacket packet in packets)
        {
            length += packet.Write(destination[length..]);
        }

        return length;
    }

    // Returns true without a packet if its type is not supported.
    private static bool TryRead(byte type, int count, ReadOnlySpan<byte> content, out RtcpPacket? packet)
    {
        bool isRead = true;
        packet = null;
        switch (type)
        {
            case SenderReport.PacketType:
                packet = SenderReport.Read(content, count);
                break;
            case ReceiverReport.PacketType:
                packet = ReceiverReport.Read(content, count);
                break;
            case SourceDescription.PacketType:
                packet = SourceDescription.Read(content, count);
                break;
            case Goodbye.PacketType:
                packet = Goodbye.Read(content, count);
                break;
            case GenericNack.PacketType when count == GenericNack.Format:
                packet = GenericNack.Read(content);
                break;
            case ExtendedReport.PacketType:
                packet = ExtendedReport.Read(content);
                break;
            case RouteProof.PacketType when RouteProof.IsOne(content):
                packet = RouteProof.Read(content);
                break;
            default:
                isRead = false;
                break;
        }

        return packet is not null || !isRead;
    }
}
