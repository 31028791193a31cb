using System.Buffers;
using System.Buffers.Binary;

namespace Linnet.Wire.Rtsp;

/// <summary>An RTP or RTCP packet between the messages of an RTSP connection.</summary>
/// <remarks>Source: RFC 2326 §10.12. On the wire: <c>$</c>, the channel, the length in two bytes, the packet.</remarks>
internal readonly struct InterleavedFrame
{
    /// <summary>Bytes before the packet.</summary>
    public const int HeaderLength = 4;

    /// <summary>The longest packet that the length field can express.</summary>
    public const int MaxPayload = ushort.MaxValue;

    internal const byte Marker = (byte)'$';

    internal InterleavedFrame(byte channel, ReadOnlySequence<byte> payload)
    {
        Channel = channel;
        Payload = payload;
    }

    /// <summary>The channel of the stream, as SETUP agreed in <c>interleaved=</c>.</summary>
    public byte Channel { get; }

    /// <summary>The packet. Lent: valid until the connection's buffer is advanced.</summary>
    public ReadOnlySequence<byte> Payload { get; }

    /// <summary>Writes the four bytes that go before a packet of <paramref name="payloadLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="destination"/> is shorter than <see cref="HeaderLength"/>, or the length is not one of 0 to
    /// <see cref="MaxPayload"/>.
    /// </exception>
    public static void WriteHeader(Span<byte> destination, byte channel, int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, HeaderLength, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, MaxPayload);

        destination[0] = Marker;
        destination[1] = channel;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
    }
}
