namespace Linnet.Wire.Tags;

/// <summary>Finds the pictures in an ID3v2 tag: <c>APIC</c> frames, <c>PIC</c> in version 2.2.</summary>
/// <remarks>Source: ID3v2.2 §4.15; ID3v2.3 §4.15; ID3v2.4 frames §4.14. All lengths are untrusted.</remarks>
internal static class Id3Picture
{
    private const int FormatLength = 3;

    /// <summary>Offers the pictures. Never throws; stops at anything that does not fit.</summary>
    /// <param name="tag">The tag from <c>ID3</c> on; may be incomplete.</param>
    /// <param name="cover">Chooses among them.</param>
    internal static void Read(ReadOnlySpan<byte> tag, CoverChoice cover)
    {
        ReadOnlySpan<byte> rest = Id3Tag.FramesOf(tag, out int version);
        for (int i = 0; i < Id3Tag.MaxFrames
            && Id3Tag.TryTakeFrame(ref rest, version, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> body); i++)
        {
            bool isOld = id.SequenceEqual("PIC"u8);
            if ((isOld || id.SequenceEqual("APIC"u8)) && body.Length > 1)
            {
                ReadFrame(body, isOld, cover);
            }
        }
    }

    /// <summary>
    /// Encoding of the description | media type, ended by zero; in 2.2 three letters | type | description, ended by zero | picture.
    /// </summary>
    private static void ReadFrame(ReadOnlySpan<byte> body, bool isOld, CoverChoice cover)
    {
        bool isWide = body[0] is 1 or 2;
        int mediaType = isOld ? FormatLength : body[1..].IndexOf((byte)0) + 1;
        if (mediaType <= 0 || body.Length < mediaType + 2)
        {
            return;
        }

        int type = body[1 + mediaType];
        ReadOnlySpan<byte> rest = body[(mediaType + 2)..];
        int description = isWide ? EndOfWide(rest) : rest.IndexOf((byte)0) + 1;
        if (description > 0)
        {
            cover.Offer(type, rest[description..]);
        }
    }

    private static int EndOfWide(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i + 1 < text.Length; i += 2)
        {
            if (text[i] == 0 && text[i + 1] == 0)
            {
                return i + 2;
            }
        }

        return 0;
    }
}
