using System.Buffers.Binary;

namespace Linnet.Relay.Wire;

/// <summary>The fixed bytes that start every batch.</summary>
/// <param name="Incarnation">Names one life of the station at its origin: random when the station starts there.</param>
/// <param name="Run">The run of the rendition: another one begins after its encoder failed or gave way.</param>
/// <param name="Sequence">Batches of this incarnation and rendition that were sent before. 0 in an answer.</param>
/// <param name="FirstIndex">The index in the origin's ring of the first item. Each item after it has the next index.</param>
internal readonly record struct BatchHeader(ulong Incarnation, int Run, long Sequence, long FirstIndex)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 32;

    /// <summary>The greatest index, sequence, number and position that is accepted. So sums of them do not overflow.</summary>
    internal const long MaxCount = 1L << 60;

    // "LNB" and the version. Another version is another format; a new kind of item is not.
    private const uint Magic = 0x4C4E4201;

    /// <summary>Writes the header to the front of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));

        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], Incarnation);
        BinaryPrimitives.WriteInt32BigEndian(destination[12..], Run);
        BinaryPrimitives.WriteInt64BigEndian(destination[16..], Sequence);
        BinaryPrimitives.WriteInt64BigEndian(destination[24..], FirstIndex);
    }

    /// <summary>Reads the header of bytes that came from the network. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < Length || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
        {
            return false;
        }

        header = new BatchHeader(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[24..]));
        return header.Run >= 0 && IsCount(header.Sequence) && IsCount(header.FirstIndex);
    }

    internal static bool IsCount(long value) => value is >= 0 and <= MaxCount;
}
