using System.Buffers.Binary;
using System.Text;

namespace Linnet.Wire.WebSocket;

/// <summary>Frames as a server writes them: whole messages, without a mask and without extensions.</summary>
/// <remarks>Source: RFC 6455 §5.2.</remarks>
internal static class WebSocketFrame
{
    /// <summary>The longest header that a server writes.</summary>
    public const int MaxHeaderLength = 10;

    /// <summary>The longest payload of a control frame.</summary>
    public const int MaxControlPayload = 125;

    /// <summary>The bit of the first byte that ends a message.</summary>
    internal const byte Final = 0x80;

    /// <summary>The length that stands for 16 bits of length behind it.</summary>
    internal const byte Length16 = 126;

    /// <summary>The length that stands for 64 bits of length behind it.</summary>
    internal const byte Length64 = 127;

    /// <summary>Bytes of the header before a payload.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static int HeaderLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        return payloadLength < Length16 ? 2 : payloadLength <= ushort.MaxValue ? 4 : MaxHeaderLength;
    }

    /// <summary>Writes the header before a payload to the front of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="opcode">What the frame carries.</param>
    /// <param name="payloadLength">Bytes of the payload.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteHeader(Span<byte> destination, WebSocketOpcode opcode, int payloadLength)
    {
        int length = HeaderLength(payloadLength);
        destination[0] = (byte)(Final | (byte)opcode);
        switch (length)
        {
            case 2:
                destination[1] = (byte)payloadLength;
                break;
            case 4:
                destination[1] = Length16;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                break;
            default:
                destination[1] = Length64;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                break;
        }

        return length;
    }

    /// <summary>A frame with its payload.</summary>
    public static byte[] ToArray(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[HeaderLength(payload.Length) + payload.Length];
        payload.CopyTo(frame.AsSpan(WriteHeader(frame, opcode, payload.Length)));
        return frame;
    }

    /// <summary>A frame that closes the connection.</summary>
    /// <param name="code">Why.</param>
    /// <param name="reason">A few words; what does not fit is cut.</param>
    public static byte[] Close(WebSocketClose code, string reason = "")
    {
        Span<byte> payload = stackalloc byte[MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.UTF8.GetEncoder().Convert(reason, payload[2..], flush: true, out _, out int length, out _);
        return ToArray(WebSocketOpcode.Close, payload[..(2 + length)]);
    }
}
