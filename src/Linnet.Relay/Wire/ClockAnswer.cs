using System.Buffers.Binary;

namespace Linnet.Relay.Wire;

/// <summary>The times of a node's monotonic clock in an answer about it, in microseconds. The question is empty.</summary>
/// <param name="Received">When the question arrived.</param>
/// <param name="Replied">When the answer was sent.</param>
internal readonly record struct ClockAnswer(long Received, long Replied)
{
    /// <summary>Bytes of an answer.</summary>
    public const int Length = 20;

    // "LNC" and the version.
    private const uint Magic = 0x4C4E4301;

    /// <summary>The answer as bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(4), Received);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(12), Replied);
        return bytes;
    }

    /// <summary>Reads an answer that came from the network. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ClockAnswer answer)
    {
        answer = default;
        if (bytes.Length != Length || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
        {
            return false;
        }

        answer = new ClockAnswer(BinaryPrimitives.ReadInt64BigEndian(bytes[4..]), BinaryPrimitives.ReadInt64BigEndian(bytes[12..]));
        return true;
    }
}
