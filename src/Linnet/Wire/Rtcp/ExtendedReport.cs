using System.Buffers.Binary;
using Linnet.Clock;

namespace Linnet.Wire.Rtcp;

/// <summary>
/// Lets a receiver measure the round trip, as sender reports let a sender: one side sends its time, the other how long ago it received
/// it.
/// </summary>
/// <param name="Ssrc">The reporter's SSRC.</param>
/// <remarks>Source: RFC 3611 §2, §4.4 (receiver reference time), §4.5 (DLRR). Other blocks are skipped.</remarks>
internal sealed record ExtendedReport(uint Ssrc) : RtcpPacket
{
    /// <summary>The most blocks in a packet. A packet with more is refused.</summary>
    public const int MaxBlocks = 16;

    internal const byte PacketType = 207;
    private const byte ReferenceTimeType = 4;
    private const byte DelaysType = 5;
    private const int FixedLength = 4;
    private const int BlockHeaderLength = 4;
    private const int TimeLength = 8;

    /// <summary>The reporter's clock when the packet is sent; only differences matter.</summary>
    public NtpTime? ReferenceTime { get; init; }

    /// <summary>The reference times that the reporter received from others: at most 31.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more.</exception>
    public IReadOnlyList<ReferenceDelay> Delays { get; init => field = AtMost31(value); } = [];

    /// <inheritdoc/>
    public override int Length =>
        HeaderLength + FixedLength
        + (ReferenceTime is null ? 0 : BlockHeaderLength + TimeLength)
        + (Delays.Count == 0 ? 0 : BlockHeaderLength + (Delays.Count * ReferenceDelay.Length));

    private protected override byte Type => PacketType;

    private protected override int Count => 0;

    private protected override void WriteContent(Span<byte> content)
    {
        BinaryPrimitives.WriteUInt32BigEndian(content, Ssrc);
        content = content[FixedLength..];
        if (ReferenceTime is NtpTime time)
        {
            WriteHeader(content, ReferenceTimeType, TimeLength);
            BinaryPrimitives.WriteUInt64BigEndian(content[BlockHeaderLength..], time.Value);
            content = content[(BlockHeaderLength + TimeLength)..];
        }

        if (Delays.Count > 0)
        {
            WriteHeader(content, DelaysType, Delays.Count * ReferenceDelay.Length);
            for (int i = 0; i < Delays.Count; i++)
            {
                Delays[i].Write(content[(BlockHeaderLength + (i * ReferenceDelay.Length))..]);
            }
        }
    }

    internal static ExtendedReport? Read(ReadOnlySpan<byte> content)
    {
        if (content.Length < FixedLength)
        {
            return null;
        }

        var report = new ExtendedReport(BinaryPrimitives.ReadUInt32BigEndian(content));
        content = content[FixedLength..];
        for (int blocks = 0; !content.IsEmpty; blocks++)
        {
            if (blocks == MaxBlocks || content.Length < BlockHeaderLength)
            {
                return null;
            }

            // | block type | type-specific | length in words, header not counted |
            byte type = content[0];
            int length = 4 * BinaryPrimitives.ReadUInt16BigEndian(content[2..]);
            if (content.Length < BlockHeaderLength + length)
            {
                return null;
            }

            ReadOnlySpan<byte> block = content.Slice(BlockHeaderLength, length);
            switch (type)
            {
                case ReferenceTimeType when length == TimeLength:
                    report = report with { ReferenceTime = new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(block)) };
                    break;
                case DelaysType when length % ReferenceDelay.Length == 0 && length / ReferenceDelay.Length <= MaxCount:
                    report = report with { Delays = ReferenceDelay.ReadAll(block) };
                    break;
                case ReferenceTimeType or DelaysType:
                    return null;
                default:
                    break;
            }

            content = content[(BlockHeaderLength + length)..];
        }

        return report;
    }

    private static void WriteHeader(Span<byte> destination, byte type, int length)
    {
        destination[0] = type;
        destination[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(length / 4));
    }
}

/// <summary>How long ago a receiver's reference time was received.</summary>
/// <param name="Ssrc">The receiver.</param>
/// <param name="LastReferenceTime">Middle 32 bits of that reference time; 0: none was received.</param>
/// <param name="Delay">Time since it was received, in 1/65536 s.</param>
internal readonly record struct ReferenceDelay(uint Ssrc, uint LastReferenceTime, uint Delay)
{
    internal const int Length = 12;

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], LastReferenceTime);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Delay);
    }

    internal static ReferenceDelay[] ReadAll(ReadOnlySpan<byte> source)
    {
        var delays = new ReferenceDelay[source.Length / Length];
        for (int i = 0; i < delays.Length; i++)
        {
            ReadOnlySpan<byte> delay = source[(i * Length)..];
            delays[i] = new ReferenceDelay(
                BinaryPrimitives.ReadUInt32BigEndian(delay),
                BinaryPrimitives.ReadUInt32BigEndian(delay[4..]),
                BinaryPrimitives.ReadUInt32BigEndian(delay[8..]));
        }

        return delays;
    }
}
