using System.Buffers.Binary;

namespace Linnet.Wire.Rtp;

/// <summary>
/// The payload of a retransmission: the original sequence number, then the original payload. A view, like <see cref="RtpPacket"/>.
/// </summary>
/// <remarks>
/// Source: RFC 4588 §4. The header's timestamp and marker are the original's; its SSRC, payload type and sequence number belong to the
/// stream of retransmissions.
/// </remarks>
internal readonly ref struct RtxPayload
{
    /// <summary>Bytes before the original payload.</summary>
    public const int PrefixLength = 2;

    private RtxPayload(ushort originalSequenceNumber, ReadOnlySpan<byte> payload)
    {
        OriginalSequenceNumber = originalSequenceNumber;
        Payload = payload;
    }

    /// <summary>The sequence number of the retransmitted packet (OSN).</summary>
    public ushort OriginalSequenceNumber { get; }

    /// <summary>The original payload.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads an untrusted RTP payload from the network. Never throws.</summary>
    /// <returns><see langword="false"/> if it is too short or holds no original payload.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out RtxPayload retransmission)
    {
        bool isWhole = payload.Length > PrefixLength;
        retransmission = isWhole ? new RtxPayload(BinaryPrimitives.ReadUInt16BigEndian(payload), payload[PrefixLength..]) : default;
        return isWhole;
    }

    /// <summary>Builds the datagram of a retransmission.</summary>
    /// <param name="original">The original datagram: a header as <see cref="RtpHeader.Write"/> writes it, and a payload.</param>
    /// <param name="header">The retransmission's header; its timestamp and marker are replaced by the original's.</param>
    public static byte[] Wrap(ReadOnlySpan<byte> original, RtpHeader header)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(original.Length, RtpHeader.Length, nameof(original));

        byte[] datagram = new byte[original.Length + PrefixLength];
        (header with
        {
            Timestamp = BinaryPrimitives.ReadUInt32BigEndian(original[4..]),
            Marker = (original[1] & 0x80) != 0,
        }).Write(datagram);
        original[2..4].CopyTo(datagram.AsSpan(RtpHeader.Length));
        original[RtpHeader.Length..].CopyTo(datagram.AsSpan(RtpHeader.Length + PrefixLength));
        return datagram;
    }
}
