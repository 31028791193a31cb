using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Linnet.Broadcast;

/// <summary>The numbers that make a rendition's packets the same bytes for everybody.</summary>
/// <param name="Ssrc">Names the stream.</param>
/// <param name="FirstSequenceNumber">The sequence number of its first packet.</param>
/// <param name="FirstTimestamp">The RTP timestamp of position 0.</param>
/// <remarks>All three are random (RFC 3550 §5.1, §8.1).</remarks>
public readonly record struct RtpStreamIdentity(uint Ssrc, ushort FirstSequenceNumber, uint FirstTimestamp)
{
    /// <summary>The payload type of all our streams: dynamic, named by <c>rtpmap</c> (RFC 3551 §6).</summary>
    public const byte PayloadType = 96;

    /// <summary>A new stream's identity.</summary>
    public static RtpStreamIdentity Random()
    {
        Span<byte> bytes = stackalloc byte[10];
        RandomNumberGenerator.Fill(bytes);
        return new RtpStreamIdentity(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[6..]));
    }

    /// <summary>The RTP timestamp of <paramref name="position"/>.</summary>
    public uint TimestampOf(long position) => unchecked(FirstTimestamp + (uint)position);
}
