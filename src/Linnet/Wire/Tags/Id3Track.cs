using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>Reads title and artist of an ID3v2 tag: what files begin with, and what ffmpeg sends before MP3 and AAC.</summary>
/// <remarks>Source: ID3v2.2, ID3v2.3, ID3v2.4 (frames §4.2.1). Of several values the first counts.</remarks>
internal static class Id3Track
{
    /// <summary>Title and artist. Never throws.</summary>
    /// <param name="tag">From <c>ID3</c> on, as much as there is of it.</param>
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
