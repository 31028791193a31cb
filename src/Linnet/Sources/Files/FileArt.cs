using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;
using Linnet.Wire.Tags;

namespace Linnet.Sources.Files;

/// <summary>
/// Reads the cover art in a file's tags: ID3v2 (<c>APIC</c>), FLAC (<c>PICTURE</c>), Vorbis comments in Ogg
/// (<c>METADATA_BLOCK_PICTURE</c>) and MP4 (<c>covr</c>).
/// </summary>
/// <remarks>Reads only the parts that hold tags, within fixed limits. The file is untrusted.</remarks>
internal static class FileArt
{
    /// <summary>The most bytes read of an ID3 tag: a few pictures.</summary>
    private const int MaxId3 = 1 << 22;

    /// <summary>The most blocks before the sound of a FLAC, and the most packets before that of an Ogg.</summary>
    private const int MaxBlocks = 128;

    /// <summary>The most bytes read of an Ogg: its comments, and what encoding and other streams add.</summary>
    private const int MaxOgg = 1 << 21;

    private const int PieceLength = 1 << 14;

    /// <summary>The picture of a seekable stream; <see langword="null"/>: its tags have none that can be shown.</summary>
    internal static CoverArt? Read(Stream file)
    {
        var cover = new CoverChoice();
        Span<byte> start = stackalloc byte[Id3Tag.HeaderLength];
        long at = 0;
        int length = Fill(file, at, start);
        if (start[..length].StartsWith("ID3"u8) && length == start.Length)
        {
            // A FLAC may have an ID3 tag before it.
            long tag = Id3Tag.HeaderLength + Id3Tag.SevenBits(start[6..]);
            ReadId3(file, at, tag, cover);
            at += tag;
            length = Fill(file, at, start);
        }

        ReadOnlySpan<byte> head = start[..length];
        if (head.StartsWith(FlacBlockHeader.Marker))
        {
            ReadFlac(file, at + FlacBlockHeader.Marker.Length, cover);
        }
        else if (head.StartsWith("OggS"u8))
        {
            ReadOgg(file, at, cover);
        }
        else if (head.Length >= 8 && head[4..].StartsWith("ftyp"u8) && Mp4Length.FindCover(file) is { } place)
        {
            cover.Offer(CoverChoice.FrontCover, ReadPart(file, place.Start, (int)Math.Min(place.Length, CoverArt.MaxLength + 1)));
        }

        return cover.Art;
    }

    /// <summary>The picture in an ID3 tag within a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="at">Where the tag begins.</param>
    /// <param name="length">Its length, in bytes.</param>
    internal static CoverArt? ReadId3(Stream file, long at, long length)
    {
        var cover = new CoverChoice();
        ReadId3(file, at, length, cover);
        return cover.Art;
    }

    // What holds the tag may say that it is longer, as a chunk of a WAV.
    private static void ReadId3(Stream file, long at, long length, CoverChoice cover)
    {
        Span<byte> head = stackalloc byte[Id3Tag.HeaderLength];
        if (Fill(file, at, head) == head.Length)
        {
            long tag = Math.Min(length, Id3Tag.HeaderLength + Id3Tag.SevenBits(head[6..]));
            Id3Picture.Read(ReadPart(file, at, (int)Math.Min(tag, MaxId3)), cover);
        }
    }

    private static void ReadFlac(Stream file, long at, CoverChoice cover)
    {
        Span<byte> head = stackalloc byte[FlacBlockHeader.Length];
        bool isLast = false;
        for (int i = 0; i < MaxBlocks && !isLast; i++)
        {
            if (!FlacBlockHeader.TryParse(head[..Fill(file, at, head)], out FlacBlockHeader block))
            {
                return;
            }

            if (block.Type == FlacBlockType.Picture && block.BlockLength <= PictureBlock.MaxLength)
            {
                PictureBlock.Read(ReadPart(file, at + head.Length, block.BlockLength), cover);
            }

            at += head.Length + block.BlockLength;
            isLast = block.IsLast;
        }
    }

    private static void ReadOgg(Stream file, long at, CoverChoice cover)
    {
        var packets = new OggPacketReader();
        byte[] piece = new byte[PieceLength];
        int count = 0;
        file.Position = at;
        for (int read = 0; read < MaxOgg; read += piece.Length)
        {
            ReadOnlySpan<byte> rest = piece.AsSpan(0, file.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false));
            while (packets.TryRead(ref rest, out OggPacket packet))
            {
                // Opus and Vorbis have their comments in the second packet, FLAC its blocks in the packets before the sound.
                ReadOnlySpan<byte> data = packet.Data;
                bool isFlac = packets.Codec == OggCodec.Flac;
                if (count > 0 && !isFlac)
                {
                    int magic = packets.Codec == OggCodec.Opus ? "OpusTags"u8.Length : "\u0003vorbis"u8.Length;
                    PictureBlock.ReadComments(data[Math.Min(data.Length, magic)..], cover);
                    return;
                }

                if (count > 0 && FlacBlockHeader.TryParse(data, out FlacBlockHeader block) && block.Type == FlacBlockType.Picture)
                {
                    PictureBlock.Read(data[FlacBlockHeader.Length..], cover);
                }

                count++;
                const byte FlacSync = 0xFF;
                if (count > MaxBlocks || (isFlac && data is [FlacSync, ..]))
                {
                    return;
                }
            }
        }
    }

    private static byte[] ReadPart(Stream file, long at, int length)
    {
        byte[] part = new byte[(int)Math.Clamp(file.Length - at, 0, length)];
        return Fill(file, at, part) == part.Length ? part : [];
    }

    private static int Fill(Stream file, long at, Span<byte> buffer)
    {
        file.Position = Math.Min(at, file.Length);
        return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }
}
