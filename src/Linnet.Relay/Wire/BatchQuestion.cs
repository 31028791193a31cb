using System.Buffers.Binary;

namespace Linnet.Relay.Wire;

/// <summary>Asks an origin for items of a ring: those that an edge missed, or those that it needs to start.</summary>
/// <param name="Incarnation">The life of the station to which <paramref name="From"/> belongs; 0: not known yet.</param>
/// <param name="From">The first index that is wanted. From 0, the answer also has what holds at its first packet.</param>
/// <param name="Since">
/// Packets that were due before this time of the origin's clock are not wanted, in nanoseconds. −<see cref="OriginClock.MaxTime"/>: all
/// are.
/// </param>
/// <param name="MaxBytes">About the most bytes of the answer. It has at least one item if there is any.</param>
internal readonly record struct BatchQuestion(ulong Incarnation, long From, long Since, int MaxBytes)
{
    /// <summary>Bytes of a question.</summary>
    public const int Length = 32;

    // "LNQ" and the version.
    private const uint Magic = 0x4C4E5101;

    /// <summary>The question as bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(4), Incarnation);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(12), From);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(20), Since);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(28), MaxBytes);
        return bytes;
    }

    /// <summary>Reads a question that came from the network. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchQuestion question)
    {
        question = default;
        if (bytes.Length != Length || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
        {
            return false;
        }

        question = new BatchQuestion(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[20..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[28..]));
        return BatchHeader.IsCount(question.From) && question.Since is >= -OriginClock.MaxTime and <= OriginClock.MaxTime
            && question.MaxBytes > 0;
    }
}
