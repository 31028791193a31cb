using System.Buffers.Binary;
using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>Reads the title, artist and loudness of an APEv2 tag.</summary>
/// <remarks>Source: the APEv2 specification. The tag is at the end of a file, or before an ID3v1 tag there.</remarks>
internal static class ApeTag
{
    /// <summary>Bytes in the footer, which ends the tag.</summary>
    internal const int FooterLength = 32;

    /// <summary>The longest tag that is read, in bytes, including its footer.</summary>
    internal const int MaxLength = 1 << 20;

    private const int MaxItems = 256;
    private const int LongestName = 64;
    private const int LongestValue = 256;

    /// <summary>Whether these bytes are a footer. If so, gets the tag's length up to its end, in bytes.</summary>
    internal static bool TryReadFooter(ReadOnlySpan<byte> footer, out int length)
    {
        // APETAGEX | version | length, footer included | items | flags
        length = 0;
        if (footer.Length < FooterLength || !footer.StartsWith("APETAGEX"u8))
        {
            return false;
        }

        uint claimed = BinaryPrimitives.ReadUInt32LittleEndian(footer[12..]);
        length = claimed is >= FooterLength and <= MaxLength ? (int)claimed : 0;
        return length > 0;
    }

    /// <summary>Reads the items before a footer. Never throws; stops at the first that does not fit.</summary>
    internal static SoundTags Read(ReadOnlySpan<byte> items)
    {
        ReplayGain gain = ReplayGain.None;
        string? title = null;
        string? artist = null;
        for (int i = 0; i < MaxItems && items.Length > 8; i++)
        {
            // Length of the value | flags | name, ended by zero | value
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(items);
            ReadOnlySpan<byte> rest = items[8..];
            int end = rest.IndexOf((byte)0);
            if (end < 0 || length > (uint)(rest.Length - end - 1))
            {
                break;
            }

            ReadOnlySpan<byte> value = rest.Slice(end + 1, (int)length);
            if (end <= LongestName && value.Length <= LongestValue)
            {
                string name = Encoding.Latin1.GetString(rest[..end]);
                gain = gain.With(name, TagText.Decoded(value));
                title ??= name.Equals("Title", StringComparison.OrdinalIgnoreCase) ? TagText.Decode(value) : null;
                artist ??= name.Equals("Artist", StringComparison.OrdinalIgnoreCase) ? TagText.Decode(value) : null;
            }

            items = rest[(end + 1 + (int)length)..];
        }

        return new SoundTags(title, artist, gain == ReplayGain.None ? null : gain);
    }
}
