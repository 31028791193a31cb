using System.Buffers.Binary;

namespace Linnet.Wire.Rtcp;

/// <summary>One packet of an RTCP datagram.</summary>
/// <remarks>Source: RFC 3550 §6. <see cref="RtcpCompound"/> reads and writes whole datagrams.</remarks>
internal abstract record RtcpPacket
{
    internal const int HeaderLength = 4;
    internal const int Version = 2;
    internal const int MaxCount = 31;

    private protected RtcpPacket()
    {
    }

    /// <summary>Bytes on the wire: a multiple of four.</summary>
    public abstract int Length { get; }

    // The packet type (RFC 3550 §12.1), and the five bits that count the packet's items.
    private protected abstract byte Type { get; }

    private protected abstract int Count { get; }

    /// <summary>Writes the packet to the front of <paramref name="destination"/>.</summary>
    /// <returns>Bytes written: <see cref="Length"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than <see cref="Length"/>.</exception>
    public int Write(Span<byte> destination)
    {
        int length = Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));

        destination[0] = (byte)((Version << 6) | Count);
        destination[1] = Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)((length / 4) - 1));
        WriteContent(destination[HeaderLength..length]);
        return length;
    }

    private protected abstract void WriteContent(Span<byte> content);

    private protected static void WriteBlocks(IReadOnlyList<ReportBlock> blocks, Span<byte> destination)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            blocks[i].Write(destination[(i * ReportBlock.Length)..]);
        }
    }

    private protected static IReadOnlyList<T> AtMost31<T>(IReadOnlyList<T> items)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items.Count, MaxCount);
        return items;
    }
}
