using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>Reads the title and artist of an ID3v2 tag: at the start of a file, or sent by ffmpeg before MP3 and AAC.</summary>
/// <remarks>Source: ID3v2.2, ID3v2.3, ID3v2.4 (frames §4.2.1). If there are several values, the first counts.</remarks>
internal static class Id3Track
{
    /// <summary>Reads title and artist. Never throws.</summary>
    /// <param name="tag">The tag from <c>ID3</c> on; may be incomplete.</param>
    internal static SoundTags Read(ReadOnlySpan<byte> tag)
    {
        string? title = null;
        string? artist = null;
        ReadOnlySpan<byte> rest = Id3Tag.FramesOf(tag, out int version);
        for (int i = 0; i < Id3Tag.MaxFrames
            && Id3Tag.TryTakeFrame(ref rest, version, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> body); i++)
        {
            title ??= id.SequenceEqual("TIT2"u8) || id.SequenceEqual("TT2"u8) ? Text(body) : null;
            artist ??= id.SequenceEqual("TPE1"u8) || id.SequenceEqual("TP1"u8) ? Text(body) : null;
        }

        return new SoundTags(title, artist);
    }

    private static string? Text(ReadOnlySpan<byte> body) =>
        Id3Tag.TextOf(body) is string text ? TagText.Clean(text.Split('\0')[0].Trim('\uFEFF')) : null;
}
