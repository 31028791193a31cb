using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Linnet.Broadcast;

/// <summary>The numbers that make a rendition's packets the same bytes for all listeners.</summary>
/// <param name="Ssrc">Names the stream.</param>
/// <param name="FirstSequenceNumber">The sequence number of its first packet.</param>
/// <param name="FirstTimestamp">The RTP timestamp of position 0.</param>
/// <remarks>All are random (RFC 3550 §5.1, §8.1).</remarks>
internal readonly record struct RtpStreamIdentity(uint Ssrc, ushort FirstSequenceNumber, uint FirstTimestamp)
{
    /// <summary>The payload type of all our streams: dynamic, named by <c>rtpmap</c> (RFC 3551 §6).</summary>
    public const byte PayloadType = 96;

    /// <summary>The payload type of retransmissions, to those who know what that is.</summary>
    public const byte RtxPayloadType = 97;

    /// <summary>The payload type of packets with copies of earlier ones, to those who know what that is.</summary>
    public const byte RedPayloadType = 98;

    /// <summary>Names the stream of retransmissions. The same for all listeners, but its sequence numbers are each one's own.</summary>
    public uint RtxSsrc { get; init; }

    /// <summary>A new stream's identity.</summary>
    public static RtpStreamIdentity Random()
    {
        Span<byte> bytes = stackalloc byte[14];
        RandomNumberGenerator.Fill(bytes);
        uint ssrc = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint other = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        return new RtpStreamIdentity(
            ssrc,
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[6..]))
        {
            RtxSsrc = other == ssrc ? ~ssrc : other,
        };
    }

    /// <summary>The RTP sequence number of a rendition's packet: <paramref name="number"/> are before it.</summary>
    public ushort SequenceNumberOf(long number) => unchecked((ushort)(FirstSequenceNumber + number));

    /// <summary>The RTP timestamp of <paramref name="position"/>.</summary>
    public uint TimestampOf(long position) => unchecked(FirstTimestamp + (uint)position);
}
