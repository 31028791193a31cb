using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Linnet.Tests.Wire.Tags;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Sources.Files;

/// <summary>Writes the tags with pictures of files, as tagging programs do. What follows is not sound.</summary>
internal static class ArtFiles
{
    internal const int Back = 4;
    internal const int Front = 3;

    /// <summary>An ID3 tag and an MPEG frame header.</summary>
    internal static byte[] Mp3(int version, params (int Type, byte[] Picture)[] pictures) =>
        [.. Id3(version, pictures), 0xFF, 0xFB, 0x90, 0, .. new byte[100]];

    internal static byte[] Id3(int version, params (int Type, byte[] Picture)[] pictures) =>
        TagBytes.Id3(version, 0, [.. pictures.Select(p => Apic(version, p.Type, p.Picture))]);

    /// <summary>An ID3 tag in which a zero was put after each 255: all of it in 2.3, the frame in 2.4.</summary>
    internal static byte[] Unsynchronised(int version, byte[] picture)
    {
        if (version == 4)
        {
            byte[] body = Stuffed(Apic(4, Front, picture)[10..]);
            return TagBytes.Id3(4, 0x80, TagBytes.Frame(4, "APIC", body, format: 2));
        }

        return TagBytes.Id3(version, 0x80, Stuffed(Apic(version, Front, picture)));
    }

    /// <summary>A FLAC stream up to its sound.</summary>
    internal static byte[] Flac(params (int Type, byte[] Picture)[] pictures) =>
    [
        .. FlacBlockHeader.Marker, .. FlacBlockHeader.Wrap(FlacBlockType.StreamInfo, isLast: false, new byte[34]),
        .. pictures.SelectMany(static p => FlacBlockHeader.Wrap(FlacBlockType.Picture, isLast: false, Block(p.Type, p.Picture))),
        .. FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: true, new VorbisComment("test").ToArray()), 0xFF, 0xF8,
    ];

    /// <summary>An Ogg stream with Opus or Vorbis up to its sound.</summary>
    internal static byte[] Ogg(bool isOpus, params (int Type, byte[] Picture)[] pictures)
    {
        var comment = new VorbisComment("test");
        comment.Add("TITLE", "So What");
        foreach ((int type, byte[] picture) in pictures)
        {
            comment.Add("metadata_block_picture", Convert.ToBase64String(Block(type, picture)));
        }

        return isOpus
            ? Pages(new OpusHead(2, 312, Coupled: 1).ToArray(), comment.ToOpusTags())
            : Pages([1, .. "vorbis"u8, .. new byte[23]], comment.ToVorbisHeader());
    }

    /// <summary>An Ogg stream with FLAC up to its sound.</summary>
    internal static byte[] OggFlac(byte[] picture) => Pages(
        SoundFiles.FirstOfOggFlac(FlacBlockHeader.Wrap(FlacBlockType.StreamInfo, isLast: false, new byte[34])),
        FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: false, new VorbisComment("test").ToArray()),
        FlacBlockHeader.Wrap(FlacBlockType.Picture, isLast: true, Block(Front, picture)));

    /// <summary>An MP4 whose tags have pictures.</summary>
    internal static byte[] Mp4(params byte[][] pictures) =>
    [
        .. Box("ftyp", "M4A "u8), .. Box("mdat", new byte[100]),
        .. Box("moov", Box("udta", Box("meta", [0, 0, 0, 0, .. Box("ilst", [.. Box("\u00A9nam", new byte[20]),
            .. Box("covr", [.. pictures.SelectMany(static p => Box("data", [0, 0, 0, 13, 0, 0, 0, 0, .. p]))])])]))),
    ];

    /// <summary>A WAV with an ID3 tag after its samples.</summary>
    internal static byte[] Wav(byte[] picture)
    {
        byte[] tag = Id3(3, (Front, picture));
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, tag.Length);
        return [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. "data"u8, 4, 0, 0, 0, 1, 2, 3, 4, .. "id3 "u8, .. length, .. tag];
    }

    /// <summary>FLAC's PICTURE block.</summary>
    internal static byte[] Block(int type, byte[] picture) =>
    [
        .. BigEndian(type), .. BigEndian(9), .. "image/any"u8, .. BigEndian(5), .. "cover"u8, .. new byte[16],
        .. BigEndian(picture.Length), .. picture,
    ];

    private static byte[] Apic(int version, int type, byte[] picture) => version == 2
        ? TagBytes.Frame(2, "PIC", [0, .. "PNG"u8, (byte)type, .. "cover\0"u8, .. picture])
        : version == 3
            ? TagBytes.Frame(3, "APIC", [0, .. "image/png\0"u8, (byte)type, 0, .. picture])
            : TagBytes.Frame(
                4, "APIC", [1, .. "image/png\0"u8, (byte)type, 0xFF, 0xFE, .. Encoding.Unicode.GetBytes("\u0100\0"), .. picture]);

    private static byte[] Stuffed(byte[] bytes) => [.. bytes.SelectMany(static b => b == 0xFF ? (byte[])[b, 0] : [b])];

    private static byte[] Pages(params byte[][] packets)
    {
        var file = new ArrayBufferWriter<byte>();
        var pages = new OggPageWriter(1);
        foreach (byte[] packet in packets)
        {
            pages.Write(packet, 0, file);
        }

        return file.WrittenSpan.ToArray();
    }

    private static byte[] Box(string name, ReadOnlySpan<byte> inside) =>
        [.. BigEndian(8 + inside.Length), .. Encoding.Latin1.GetBytes(name), .. inside];

    private static byte[] BigEndian(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
