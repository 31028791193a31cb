using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>The 128-byte tag at the end of old MP3 files.</summary>
/// <remarks>Source: ID3v1.</remarks>
internal static class Id3V1Tag
{
    /// <summary>Bytes in the tag.</summary>
    internal const int Length = 128;

    private const int TextLength = 30;

    /// <summary>Whether these bytes are an ID3v1 tag.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.Length == Length && bytes.StartsWith("TAG"u8);

    /// <summary>Reads title and artist, each of at most 30 characters.</summary>
    internal static SoundTags Read(ReadOnlySpan<byte> tag) => new(Text(tag[3..]), Text(tag[(3 + TextLength)..]));

    private static string? Text(ReadOnlySpan<byte> field)
    {
        field = field[..TextLength];
        return TagText.Decode(field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field);
    }
}
