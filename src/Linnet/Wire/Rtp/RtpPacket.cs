using System.Buffers.Binary;

namespace Linnet.Wire.Rtp;

/// <summary>A checked view over one RTP datagram. Copies nothing and lives no longer than the buffer.</summary>
/// <remarks>Source: RFC 3550 §5.1 (header), §5.3.1 (extension). CSRCs and extensions are skipped.</remarks>
internal readonly ref struct RtpPacket
{
    private RtpPacket(RtpHeader header, ReadOnlySpan<byte> payload)
    {
        Header = header;
        Payload = payload;
    }

    /// <summary>The fixed header.</summary>
    public RtpHeader Header { get; }

    /// <summary>The payload without padding. May be empty.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads an untrusted datagram from the network. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RtpPacket packet)
    {
        //  0 1 2 3 4 5 6 7 8               16                            31
        // |V=2|P|X|  CC   |M|     PT      |       sequence number         |
        // |                           timestamp                           |
        // |                             SSRC                              |
        // |                     CSRC × CC, extension if X                 |
        packet = default;
        if (datagram.Length < RtpHeader.Length || datagram[0] >> 6 != RtpHeader.Version)
        {
            return false;
        }

        int start = RtpHeader.Length + (4 * (datagram[0] & 0x0F));
        if ((datagram[0] & 0x10) != 0)
        {
            if (datagram.Length < start + 4)
            {
                return false;
            }

            start += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(datagram[(start + 2)..]));
        }

        // The last byte counts the padding, including itself, so zero is malformed.
        bool hasPadding = (datagram[0] & 0x20) != 0;
        int padding = hasPadding ? datagram[^1] : 0;
        int end = datagram.Length - padding;
        if (start > end || (hasPadding && padding == 0))
        {
            return false;
        }

        var header = new RtpHeader(
            PayloadType: (byte)(datagram[1] & 0x7F),
            Marker: (datagram[1] & 0x80) != 0,
            SequenceNumber: BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]),
            Timestamp: BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]),
            Ssrc: BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]));
        packet = new RtpPacket(header, datagram[start..end]);
        return true;
    }
}
