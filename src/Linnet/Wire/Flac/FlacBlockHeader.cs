namespace Linnet.Wire.Flac;

/// <summary>The kind of a metadata block. Kinds not listed here are skipped.</summary>
internal enum FlacBlockType
{
    /// <summary>The stream's description.</summary>
    StreamInfo = 0,

    /// <summary>Tags.</summary>
    VorbisComment = 4,

    /// <summary>A picture.</summary>
    Picture = 6,
}

/// <summary>The four-byte header of a metadata block.</summary>
/// <param name="Type">The block's kind, 0–127.</param>
/// <param name="IsLast">Whether this is the last metadata block; audio follows it.</param>
/// <param name="BlockLength">Bytes in the block after this header, below 2^24.</param>
/// <remarks>Source: RFC 9639 §8.1.</remarks>
internal readonly record struct FlacBlockHeader(FlacBlockType Type, bool IsLast, int BlockLength)
{
    /// <summary>Bytes in the header.</summary>
    public const int Length = 4;

    /// <summary>The four bytes at the start of every FLAC stream.</summary>
    public static ReadOnlySpan<byte> Marker => "fLaC"u8;

    /// <summary>Reads the header at the front of <paramref name="bytes"/>. False: it is incomplete, or has the forbidden type.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out FlacBlockHeader header)
    {
        header = default;
        if (bytes.Length < Length || (bytes[0] & 0x7F) == 0x7F)
        {
            return false;
        }

        header = new FlacBlockHeader((FlacBlockType)(bytes[0] & 0x7F), bytes[0] >> 7 != 0, (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]);
        return true;
    }

    /// <summary>Writes the header to the front of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));
        destination[0] = (byte)((IsLast ? 0x80 : 0) | (int)Type);
        destination[1] = (byte)(BlockLength >> 16);
        destination[2] = (byte)(BlockLength >> 8);
        destination[3] = (byte)BlockLength;
    }

    /// <summary>Builds a complete block: header and content.</summary>
    public static byte[] Wrap(FlacBlockType type, bool isLast, ReadOnlySpan<byte> inside)
    {
        byte[] block = new byte[Length + inside.Length];
        new FlacBlockHeader(type, isLast, inside.Length).Write(block);
        inside.CopyTo(block.AsSpan(Length));
        return block;
    }
}
