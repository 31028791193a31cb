using System.Buffers.Binary;

namespace Linnet.Wire.Rtcp;

/// <summary>A receiver's statistics for each stream that it receives.</summary>
/// <param name="Ssrc">The reporter's SSRC.</param>
/// <remarks>Source: RFC 3550 §6.4.2. Without blocks it only announces the receiver. Profile-specific extensions are skipped.</remarks>
internal sealed record ReceiverReport(uint Ssrc) : RtcpPacket
{
    internal const byte PacketType = 201;
    private const int FixedLength = 4;

    /// <summary>One block per received stream: at most 31.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more.</exception>
    public IReadOnlyList<ReportBlock> Blocks { get; init => field = AtMost31(value); } = [];

    /// <inheritdoc/>
    public override int Length => HeaderLength + FixedLength + (Blocks.Count * ReportBlock.Length);

    private protected override byte Type => PacketType;

    private protected override int Count => Blocks.Count;

    private protected override void WriteContent(Span<byte> content)
    {
        BinaryPrimitives.WriteUInt32BigEndian(content, Ssrc);
        WriteBlocks(Blocks, content[FixedLength..]);
    }

    internal static ReceiverReport? Read(ReadOnlySpan<byte> content, int count)
    {
        if (content.Length < FixedLength + (count * ReportBlock.Length))
        {
            return null;
        }

        return new ReceiverReport(BinaryPrimitives.ReadUInt32BigEndian(content))
        {
            Blocks = ReportBlock.ReadAll(content[FixedLength..], count),
        };
    }
}
