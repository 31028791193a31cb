using System.Buffers.Binary;

namespace Linnet.Wire.Ogg;

/// <summary>What came of looking for a page.</summary>
public enum OggReadResult
{
    /// <summary>It is not whole yet.</summary>
    NeedMore,

    /// <summary>It was read.</summary>
    Done,

    /// <summary>No page begins here, or it is damaged.</summary>
    Invalid,
}

/// <summary>What a page's header says of it.</summary>
[Flags]
public enum OggPageKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its first bytes continue the last packet of the page before.</summary>
    Continued = 1,

    /// <summary>It begins a logical stream.</summary>
    First = 2,

    /// <summary>It ends one.</summary>
    Last = 4,
}

/// <summary>A checked view over one page. Copies nothing and lives no longer than the buffer.</summary>
/// <remarks>Source: RFC 3533 §6.</remarks>
public readonly ref struct OggPage
{
    /// <summary>Bytes of a header, its segment table left out.</summary>
    public const int HeaderLength = 27;

    /// <summary>The most segments of a page, of 255 bytes at most.</summary>
    public const int MaxSegments = 255;

    /// <summary>The longest page.</summary>
    public const int MaxLength = HeaderLength + MaxSegments + (MaxSegments * MaxSegments);

    /// <summary>The position of a page on which no packet ends.</summary>
    public const long NoGranule = -1;

    internal const int SumAt = 22;

    private readonly ReadOnlySpan<byte> _bytes;

    private OggPage(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The four bytes that every page begins with.</summary>
    public static ReadOnlySpan<byte> Capture => "OggS"u8;

    /// <summary>What it is.</summary>
    public OggPageKinds Kinds => (OggPageKinds)_bytes[5];

    /// <summary>
    /// How far the sound has come by the end of the last packet that ends on it; the unit is the codec's. <see cref="NoGranule"/>: none
    /// does.
    /// </summary>
    public long Granule => BinaryPrimitives.ReadInt64LittleEndian(_bytes[6..]);

    /// <summary>Names the logical stream.</summary>
    public uint Serial => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[14..]);

    /// <summary>Counts the pages of the logical stream.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[18..]);

    /// <summary>Lengths of its segments. A packet ends with a segment shorter than 255.</summary>
    public ReadOnlySpan<byte> Segments => _bytes.Slice(HeaderLength, _bytes[26]);

    /// <summary>The segments themselves.</summary>
    public ReadOnlySpan<byte> Body => _bytes[(HeaderLength + _bytes[26])..];

    /// <summary>Bytes of the whole page.</summary>
    public int Length => _bytes.Length;

    /// <summary>Reads the page at the front of <paramref name="bytes"/>, which may come from anyone. Never throws.</summary>
    public static OggReadResult TryParse(ReadOnlySpan<byte> bytes, out OggPage page)
    {
        //  0      4         5       6          14       18         22    26        27
        // | OggS | version | flags | granule  | serial | sequence | sum | segments | their lengths | body
        page = default;
        if (!Capture.StartsWith(bytes[..Math.Min(bytes.Length, 4)]) || (bytes.Length > 4 && bytes[4] != 0)
            || (bytes.Length > 5 && bytes[5] > 7))
        {
            return OggReadResult.Invalid;
        }

        int length = LengthOf(bytes);
        if (bytes.Length < length)
        {
            return OggReadResult.NeedMore;
        }

        ReadOnlySpan<byte> whole = bytes[..length];
        if (SumOf(whole) != BinaryPrimitives.ReadUInt32LittleEndian(whole[SumAt..]))
        {
            return OggReadResult.Invalid;
        }

        page = new OggPage(whole);
        return OggReadResult.Done;
    }

    /// <summary>The view over what <see cref="TryParse"/> has found to be a page.</summary>
    internal static OggPage Checked(ReadOnlySpan<byte> page) => new(page);

    /// <summary>Bytes of the page that begins here, as far as can be told: never more than there are.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
        {
            return HeaderLength;
        }

        int length = HeaderLength + bytes[26];
        if (bytes.Length >= length)
        {
            foreach (byte segment in bytes[HeaderLength..length])
            {
                length += segment;
            }
        }

        return length;
    }

    /// <summary>The check sum of a whole page; its own field counts as zero.</summary>
    internal static uint SumOf(ReadOnlySpan<byte> page)
    {
        uint sum = OggCrc.Append(0, page[..SumAt]);
        sum = OggCrc.Append(sum, [0, 0, 0, 0]);
        return OggCrc.Append(sum, page[(SumAt + 4)..]);
    }
}
