using System.Buffers.Binary;
using Linnet.Clock;

namespace Linnet.Wire.Rtcp;

/// <summary>Reports how much was sent, and which wall-clock time belongs to which RTP timestamp.</summary>
/// <param name="Ssrc">The stream.</param>
/// <param name="Time">Wall-clock time of this report.</param>
/// <param name="Timestamp">The RTP timestamp of the same instant; need not be that of a packet.</param>
/// <param name="PacketCount">Packets sent since the stream began, modulo 2^32.</param>
/// <param name="OctetCount">Payload bytes sent since the stream began, modulo 2^32.</param>
/// <remarks>Source: RFC 3550 §6.4.1. Profile-specific extensions are skipped.</remarks>
internal sealed record SenderReport(uint Ssrc, NtpTime Time, uint Timestamp, uint PacketCount, uint OctetCount) : RtcpPacket
{
    internal const byte PacketType = 200;
    private const int FixedLength = 24;

    /// <summary>The sender's statistics for streams that it receives: at most 31 blocks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more.</exception>
    public IReadOnlyList<ReportBlock> Blocks { get; init => field = AtMost31(value); } = [];

    /// <inheritdoc/>
    public override int Length => HeaderLength + FixedLength + (Blocks.Count * ReportBlock.Length);

    private protected override byte Type => PacketType;

    private protected override int Count => Blocks.Count;

    private protected override void WriteContent(Span<byte> content)
    {
        BinaryPrimitives.WriteUInt32BigEndian(content, Ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(content[4..], Time.Value);
        BinaryPrimitives.WriteUInt32BigEndian(content[12..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(content[16..], PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(content[20..], OctetCount);
        WriteBlocks(Blocks, content[FixedLength..]);
    }

    internal static SenderReport? Read(ReadOnlySpan<byte> content, int count)
    {
        if (content.Length < FixedLength + (count * ReportBlock.Length))
        {
            return null;
        }

        return new SenderReport(
            Ssrc: BinaryPrimitives.ReadUInt32BigEndian(content),
            Time: new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(content[4..])),
            Timestamp: BinaryPrimitives.ReadUInt32BigEndian(content[12..]),
            PacketCount: BinaryPrimitives.ReadUInt32BigEndian(content[16..]),
            OctetCount: BinaryPrimitives.ReadUInt32BigEndian(content[20..]))
        {
            Blocks = ReportBlock.ReadAll(content[FixedLength..], count),
        };
    }
}
