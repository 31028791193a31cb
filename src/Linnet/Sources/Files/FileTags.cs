using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Wire.Chunks;
using Linnet.Wire.Tags;

namespace Linnet.Sources.Files;

/// <summary>
/// Reads the tags that no decoder sees before the sound: after the samples of a WAV or AIFF, and at the end of other files (APEv2, ID3v1);
/// and the cover art, wherever it is.
/// </summary>
/// <remarks>Reads only the parts that hold tags, within fixed limits. The file is untrusted.</remarks>
internal static class FileTags
{
    private const int MaxChunks = 1000;
    private const int MaxList = 1 << 16;

    /// <summary>Maximum bytes read of an ID3 tag: texts come before pictures, or after a few of them.</summary>
    private const int MaxId3 = 1 << 20;

    private const int ChunkHead = 8;
    private const int FormLength = 12;

    /// <summary>The tags of the file; empty if it cannot be read.</summary>
    internal static SoundTags Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            SoundTags tags = Read(file);
            return tags.Art is null ? tags with { Art = FileArt.Read(file) } : tags;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return SoundTags.None;
        }
    }

    /// <summary>The tags of a seekable stream.</summary>
    internal static SoundTags Read(Stream file)
    {
        Span<byte> start = stackalloc byte[FormLength];
        bool isWhole = Fill(file, start) == start.Length;
        return isWhole && start[8..].SequenceEqual("WAVE"u8) ? ReadChunks(file, ChunkFamily.Wav)
            : isWhole && ChunkFamily.Aiff.IsForm(start) ? ReadChunks(file, ChunkFamily.Aiff).Or(ReadEnd(file))
            : ReadEnd(file);
    }

    /// <summary>Walks over the chunks of a WAV or AIFF; their declared lengths are untrusted.</summary>
    private static SoundTags ReadChunks(Stream file, ChunkFamily family)
    {
        SoundTags tags = SoundTags.None;
        string? title = null;
        string? artist = null;
        Span<byte> head = stackalloc byte[ChunkHead];
        long at = FormLength;
        for (int chunks = 0; chunks < MaxChunks && at < file.Length; chunks++)
        {
            file.Position = at;
            if (Fill(file, head) < head.Length)
            {
                break;
            }

            uint length = family.ReadLength(head[4..]);
            if (family == ChunkFamily.Aiff && (head.StartsWith("NAME"u8) || head.StartsWith("AUTH"u8)) && length <= MaxList)
            {
                string? text = ReadText(file, (int)length);
                (title, artist) = head[0] == 'N' ? (title ?? text, artist) : (title, artist ?? text);
            }
            else if (head.StartsWith("LIST"u8) && length <= MaxList)
            {
                tags = tags.Or(ReadList(file, (int)length));
            }
            else if (head.StartsWith("id3 "u8) || head.StartsWith("ID3 "u8))
            {
                tags = tags.Or(ReadId3(file, length) with { Art = FileArt.ReadId3(file, at + ChunkHead, length) });
            }

            at += ChunkHead + (long)length + (length & 1);
        }

        return new SoundTags(title, artist).Or(tags);
    }

    private static string? ReadText(Stream file, int length)
    {
        byte[] text = new byte[length];
        ReadOnlySpan<byte> read = text.AsSpan(0, Fill(file, text));
        return TagText.Decode(read.IndexOf((byte)0) is >= 0 and int end ? read[..end] : read);
    }

    private static SoundTags ReadList(Stream file, int length)
    {
        byte[] list = new byte[length];
        ReadOnlySpan<byte> rest = list.AsSpan(0, Fill(file, list));
        if (!rest.StartsWith("INFO"u8))
        {
            return SoundTags.None;
        }

        string? title = null;
        string? artist = null;
        rest = rest[4..];
        while (rest.Length >= ChunkHead && BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) is var claimed
            && claimed <= rest.Length - ChunkHead)
        {
            ReadOnlySpan<byte> text = rest.Slice(ChunkHead, (int)claimed);
            text = text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;
            title ??= rest.StartsWith("INAM"u8) ? TagText.Decode(text) : null;
            artist ??= rest.StartsWith("IART"u8) ? TagText.Decode(text) : null;
            rest = rest[Math.Min(rest.Length, ChunkHead + (int)(claimed + (claimed & 1)))..];
        }

        return new SoundTags(title, artist);
    }

    private static SoundTags ReadId3(Stream file, long length)
    {
        var tag = new Id3Skimmer();
        tag.Begin();
        Span<byte> piece = stackalloc byte[1024];
        length = Math.Min(length, MaxId3);
        while (length > 0 && !tag.IsOver && file.Read(piece[..(int)Math.Min(length, piece.Length)]) is > 0 and int read)
        {
            tag.Write(piece[..read]);
            length -= read;
        }

        return tag.Read();
    }

    private static SoundTags ReadEnd(Stream file)
    {
        Span<byte> last = stackalloc byte[Id3V1Tag.Length];
        bool hasId3 = ReadBefore(file, file.Length, last) && Id3V1Tag.IsOne(last);
        SoundTags old = hasId3 ? Id3V1Tag.Read(last) : SoundTags.None;
        return ReadApe(file, file.Length).Or(hasId3 ? ReadApe(file, file.Length - last.Length) : SoundTags.None).Or(old);
    }

    private static SoundTags ReadApe(Stream file, long end)
    {
        Span<byte> footer = stackalloc byte[ApeTag.FooterLength];
        if (!ReadBefore(file, end, footer) || !ApeTag.TryReadFooter(footer, out int length) || length > end)
        {
            return SoundTags.None;
        }

        byte[] items = new byte[length - footer.Length];
        file.Position = end - length;
        return ApeTag.Read(items.AsSpan(0, Fill(file, items)));
    }

    private static bool ReadBefore(Stream file, long end, Span<byte> bytes)
    {
        if (end < bytes.Length)
        {
            return false;
        }

        file.Position = end - bytes.Length;
        return Fill(file, bytes) == bytes.Length;
    }

    private static int Fill(Stream file, Span<byte> buffer) => file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
}
