using System.Buffers.Binary;

namespace Linnet.Wire.Ogg;

/// <summary>The result of looking for a page.</summary>
internal enum OggReadResult
{
    /// <summary>The page is not complete yet.</summary>
    NeedMore,

    /// <summary>The page was read.</summary>
    Done,

    /// <summary>No page begins here, or the page is damaged.</summary>
    Invalid,
}

/// <summary>The flags in a page's header.</summary>
[Flags]
internal enum OggPageKinds
{
    /// <summary>No flags.</summary>
    None = 0,

    /// <summary>The page's first bytes continue the last packet of the previous page.</summary>
    Continued = 1,

    /// <summary>The page begins a logical stream.</summary>
    First = 2,

    /// <summary>The page ends a logical stream.</summary>
    Last = 4,
}

/// <summary>A checked view over one page. Copies nothing and lives no longer than the buffer.</summary>
/// <remarks>Source: RFC 3533 §6.</remarks>
internal readonly ref struct OggPage
{
    /// <summary>Bytes in a header, without its segment table.</summary>
    public const int HeaderLength = 27;

    /// <summary>The most segments in a page. A segment has at most 255 bytes.</summary>
    public const int MaxSegments = 255;

    /// <summary>The longest page, in bytes.</summary>
    public const int MaxLength = HeaderLength + MaxSegments + (MaxSegments * MaxSegments);

    /// <summary>The position of a page on which no packet ends.</summary>
    public const long NoGranule = -1;

    internal const int SumAt = 22;

    private readonly ReadOnlySpan<byte> _bytes;

    private OggPage(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The four bytes at the start of every page.</summary>
    public static ReadOnlySpan<byte> Capture => "OggS"u8;

    /// <summary>The page's flags.</summary>
    public OggPageKinds Kinds => (OggPageKinds)_bytes[5];

    /// <summary>
    /// The position in the audio at the end of the last packet that ends on this page, in units of the codec. <see cref="NoGranule"/>
    /// if no packet ends here.
    /// </summary>
    public long Granule => BinaryPrimitives.ReadInt64LittleEndian(_bytes[6..]);

    /// <summary>Identifies the logical stream.</summary>
    public uint Serial => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[14..]);

    /// <summary>The page's number in its logical stream.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[18..]);

    /// <summary>The lengths of the segments. A packet ends with a segment shorter than 255.</summary>
    public ReadOnlySpan<byte> Segments => _bytes.Slice(HeaderLength, _bytes[26]);

    /// <summary>The bytes of the segments.</summary>
    public ReadOnlySpan<byte> Body => _bytes[(HeaderLength + _bytes[26])..];

    /// <summary>Bytes in the whole page.</summary>
    public int Length => _bytes.Length;

    /// <summary>Reads the page at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
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

    /// <summary>Views bytes that <see cref="TryParse"/> has already accepted as a page.</summary>
    internal static OggPage Checked(ReadOnlySpan<byte> page) => new(page);

    /// <summary>
    /// Gets the length of the page that begins here, as far as it is known: never more than <paramref name="bytes"/> holds.
    /// </summary>
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

    /// <summary>The checksum of a whole page; its own field counts as zero.</summary>
    internal static uint SumOf(ReadOnlySpan<byte> page)
    {
        uint sum = OggCrc.Append(0, page[..SumAt]);
        sum = OggCrc.Append(sum, [0, 0, 0, 0]);
        return OggCrc.Append(sum, page[(SumAt + 4)..]);
    }
}
