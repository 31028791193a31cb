using System.Buffers.Binary;

namespace Linnet.Wire.Rtp;

/// <summary>The twelve fixed bytes that start every RTP packet.</summary>
/// <param name="PayloadType">Seven bits: what the payload is (RFC 3551 §6, or SDP for 96–127).</param>
/// <param name="Marker">For audio: this is the first packet after a silence (RFC 3551 §4.1).</param>
/// <param name="SequenceNumber">Counts packets, modulo 2^16, from a random start.</param>
/// <param name="Timestamp">Media clock of the first sample frame, in ticks of the payload's clock rate, modulo 2^32.</param>
/// <param name="Ssrc">Identifies the sender's stream; random, unique within the session.</param>
/// <remarks>Source: RFC 3550 §5.1.</remarks>
internal readonly record struct RtpHeader(byte PayloadType, bool Marker, ushort SequenceNumber, uint Timestamp, uint Ssrc)
{
    /// <summary>Bytes in the fixed header.</summary>
    public const int Length = 12;

    /// <summary>The RTP version.</summary>
    public const int Version = 2;

    /// <summary>Writes the header, with no CSRC, extension or padding, to the front of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than <see cref="Length"/>.</exception>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));

        destination[0] = Version << 6;
        destination[1] = (byte)((Marker ? 0x80 : 0) | (PayloadType & 0x7F));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Ssrc);
    }
}
