using System.Buffers.Binary;

namespace Linnet.Wire.Mpeg;

/// <summary>Tags found in streams of MPEG audio and other formats: ID3v2, ID3v1 and APE.</summary>
/// <remarks>Source: ID3v2.4.0 §3.1; ID3v1; APEv2 header. Only their lengths are read.</remarks>
internal static class MpegTag
{
    /// <summary>Bytes needed to identify a tag.</summary>
    public const int HeadLength = 32;

    private const int Id3Head = 10;
    private const int Id3V1Length = 128;
    private const int ApeLengthAt = 12;
    private const int MaxApeLength = 1 << 24;

    /// <summary>Gets the length of the tag at the front, in bytes: 0 if there is none, -1 if more bytes are needed to decide.</summary>
    public static long LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (StartsLike(bytes, "ID3"u8))
        {
            return bytes.Length < Id3Head ? -1 : Id3Length(bytes);
        }

        if (StartsLike(bytes, "TAG"u8))
        {
            return bytes.Length < 3 ? -1 : Id3V1Length;
        }

        if (StartsLike(bytes, "APETAGEX"u8))
        {
            return bytes.Length < HeadLength ? -1 : ApeLength(bytes);
        }

        return 0;
    }

    private static bool StartsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> id) =>
        !bytes.IsEmpty && id.StartsWith(bytes[..Math.Min(bytes.Length, id.Length)]);

    private static long Id3Length(ReadOnlySpan<byte> head)
    {
        // "ID3" | version 2 | flags | four times seven bits
        uint length = BinaryPrimitives.ReadUInt32BigEndian(head[6..]);
        if (head[3] == 0xFF || head[4] == 0xFF || (length & 0x8080_8080) != 0)
        {
            return 0;
        }

        bool hasFooter = (head[5] & 0x10) != 0;
        return Id3Head + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + (hasFooter ? Id3Head : 0);
    }

    private static long ApeLength(ReadOnlySpan<byte> head)
    {
        // The length counts what follows a header, or, in a footer, what came before it.
        bool isHeader = (head[23] & 0x20) != 0;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(head[ApeLengthAt..]);
        return isHeader ? HeadLength + Math.Min(length, MaxApeLength) : HeadLength;
    }
}
