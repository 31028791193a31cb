using System.Buffers.Binary;

namespace Linnet.Wire.WebSocket;

/// <summary>The fixed bytes before the payload of a packet.</summary>
/// <param name="Frames">Frames that the packet holds.</param>
/// <param name="Position">Position of the first of them, at the rendition's rate.</param>
/// <param name="Due">When that frame is due, in microseconds of the server's clock.</param>
/// <remarks>Source: docs/wire/websocket.md.</remarks>
internal readonly record struct LivePacketHeader(uint Frames, long Position, long Due)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 24;

    private const byte Type = 1;

    /// <summary>Writes the header to the front of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than <see cref="Length"/>.</exception>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));

        // |  type 1   |  flags 0  |      reserved 0       |
        // |                     frames                    |
        // |              position, 64 bits                |
        // |                due, 64 bits                   |
        BinaryPrimitives.WriteUInt32BigEndian(destination, Type << 24);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Frames);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], Position);
        BinaryPrimitives.WriteInt64BigEndian(destination[16..], Due);
    }

    /// <summary>Reads the header of a message.</summary>
    /// <returns><see langword="false"/>: it is too short, or of another type.</returns>
    public static bool TryParse(ReadOnlySpan<byte> message, out LivePacketHeader header)
    {
        header = default;
        if (message.Length < Length || message[0] != Type)
        {
            return false;
        }

        header = new LivePacketHeader(
            BinaryPrimitives.ReadUInt32BigEndian(message[4..]), BinaryPrimitives.ReadInt64BigEndian(message[8..]),
            BinaryPrimitives.ReadInt64BigEndian(message[16..]));
        return true;
    }
}
