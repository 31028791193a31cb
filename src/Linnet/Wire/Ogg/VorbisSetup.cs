namespace Linnet.Wire.Ogg;

/// <summary>Checks the third packet of Vorbis for code books that would make a decoder allocate or compute without limit.</summary>
/// <remarks>
/// A code book of a few bytes can announce sixteen million numbers, and a stream may have 256 of them. A chain of streams may repeat that
/// every two hundred bytes, so there are limits for each byte, too. libvorbis and ffmpeg, at all qualities, rates of 8–192 kHz and 1–8
/// channels, use up to 19,413 entries and 87,952 numbers in total; for each byte up to 3.6 entries and 23 numbers. Source: Vorbis I
/// §3.2.1, §4.2.4.
/// </remarks>
internal static class VorbisSetup
{
    /// <summary>The most numbers in all code books combined.</summary>
    public const int MaxValues = 1 << 21;

    /// <summary>The most entries in all code books combined.</summary>
    public const int MaxEntries = 1 << 17;

    /// <summary>The most numbers for each byte of the packet.</summary>
    public const int MaxValuesPerByte = 256;

    /// <summary>The most entries for each byte of the packet.</summary>
    public const int MaxEntriesPerByte = 32;

    private const int LongestWord = 32;

    private const int BookSync = 0x56_4342;

    /// <summary>Whether this is a setup packet with code books of reasonable size.</summary>
    public static bool IsReasonable(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 8 || !packet.StartsWith("\u0005vorbis"u8))
        {
            return false;
        }

        var bits = new VorbisBits(packet[7..]);
        int books = bits.Read(8) + 1;
        long values = Math.Min(MaxValues, (long)packet.Length * MaxValuesPerByte);
        long entries = Math.Min(MaxEntries, (long)packet.Length * MaxEntriesPerByte);
        for (int book = 0; book < books; book++)
        {
            if (!TrySkipBook(ref bits, ref values, ref entries))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="bits">The packet.</param>
    /// <param name="valuesLeft">How many numbers this and the following books may have.</param>
    /// <param name="entriesLeft">How many entries they may have.</param>
    private static bool TrySkipBook(ref VorbisBits bits, ref long valuesLeft, ref long entriesLeft)
    {
        if (bits.Read(24) != BookSync)
        {
            return false;
        }

        int dimensions = bits.Read(16);
        int entries = bits.Read(24);
        valuesLeft -= (long)Math.Max(dimensions, 1) * entries;
        entriesLeft -= entries;
        if (valuesLeft < 0 || entriesLeft < 0 || !TrySkipLengths(ref bits, entries))
        {
            return false;
        }

        int lookup = bits.Read(4);
        if (lookup is 1 or 2)
        {
            bits.Skip(64);
            int width = bits.Read(4) + 1;
            bits.Skip(1);
            bits.Skip((lookup == 1 ? VorbisNumbers.Root(entries, dimensions) : (long)entries * dimensions) * width);
        }

        return lookup <= 2 && !bits.IsPastEnd;
    }

    private static bool TrySkipLengths(ref VorbisBits bits, int entries)
    {
        if (!bits.ReadFlag())
        {
            bool isSparse = bits.ReadFlag();
            for (int i = 0; i < entries && !bits.IsPastEnd; i++)
            {
                if (!isSparse || bits.ReadFlag())
                {
                    bits.Skip(5);
                }
            }

            return !bits.IsPastEnd;
        }

        // The number of entries for each word length in turn; may be 0.
        int length = bits.Read(5) + 1;
        for (int i = 0; i < entries && !bits.IsPastEnd; length++)
        {
            int count = bits.Read(VorbisNumbers.BitsFor(entries - i));
            if (length > LongestWord || count > entries - i)
            {
                return false;
            }

            i += count;
        }

        return !bits.IsPastEnd;
    }
}
