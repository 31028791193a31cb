using System.Buffers.Binary;

namespace Linnet.Wire.Rtcp;

/// <summary>A receiver's statistics for one stream.</summary>
/// <param name="Ssrc">The stream.</param>
/// <param name="FractionLost">Share of packets lost since the last report, in 256ths.</param>
/// <param name="CumulativeLost">Packets lost since the start; negative if duplicates outnumber them. −2^23 to 2^23 − 1, clamped when
/// written.</param>
/// <param name="HighestSequence">Lower 16 bits: sequence number of the last packet. Upper 16 bits: how often it wrapped.</param>
/// <param name="Jitter">Mean deviation of the spacing of arrivals, in RTP timestamp ticks.</param>
/// <param name="LastSenderReport">Middle 32 bits of the NTP time of the last sender report received; 0: none yet.</param>
/// <param name="DelaySinceLastSenderReport">Time since that report was received, in 1/65536 s.</param>
/// <remarks>Source: RFC 3550 §6.4.1.</remarks>
internal readonly record struct ReportBlock(
    uint Ssrc,
    byte FractionLost,
    int CumulativeLost,
    uint HighestSequence,
    uint Jitter,
    uint LastSenderReport,
    uint DelaySinceLastSenderReport)
{
    /// <summary>Bytes in one block.</summary>
    public const int Length = 24;

    private const int MostLost = 0x7F_FFFF;
    private const int LeastLost = -0x80_0000;

    internal void Write(Span<byte> destination)
    {
        int lost = Math.Clamp(CumulativeLost, LeastLost, MostLost);
        BinaryPrimitives.WriteUInt32BigEndian(destination, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ((uint)FractionLost << 24) | ((uint)lost & 0xFF_FFFF));
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], DelaySinceLastSenderReport);
    }

    internal static ReportBlock Read(ReadOnlySpan<byte> source)
    {
        int losses = BinaryPrimitives.ReadInt32BigEndian(source[4..]);
        return new ReportBlock(
            Ssrc: BinaryPrimitives.ReadUInt32BigEndian(source),
            FractionLost: source[4],
            CumulativeLost: (losses << 8) >> 8,
            HighestSequence: BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            Jitter: BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            LastSenderReport: BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            DelaySinceLastSenderReport: BinaryPrimitives.ReadUInt32BigEndian(source[20..]));
    }

    internal static ReportBlock[] ReadAll(ReadOnlySpan<byte> source, int count)
    {
        var blocks = new ReportBlock[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = Read(source[(i * Length)..]);
        }

        return blocks;
    }
}
