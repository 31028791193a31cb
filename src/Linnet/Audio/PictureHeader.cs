using System.Buffers.Binary;

namespace Linnet.Audio;

/// <summary>What the first bytes of a picture say about it. Nothing is decoded.</summary>
/// <param name="ContentType">The media type.</param>
/// <param name="Width">Pixels, as declared.</param>
/// <param name="Height">Pixels, as declared.</param>
/// <remarks>
/// Only formats that cannot hold scripts or links. Source: ITU-T T.81 §B.1–B.2 (JPEG); PNG §5.2, §11.2.1; GIF89a §17–18;
/// RFC 9649 §2.3–2.7 (WebP).
/// </remarks>
internal readonly record struct PictureHeader(string ContentType, int Width, int Height)
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads the header of a picture, which may come from anyone. Never throws.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> picture, out PictureHeader header)
    {
        header = default;
        return picture.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? TryReadJpeg(picture, out header)
            : picture.StartsWith(PngSignature) ? TryReadPng(picture, out header)
            : picture.StartsWith("GIF87a"u8) || picture.StartsWith("GIF89a"u8) ? TryReadGif(picture, out header)
            : picture.StartsWith("RIFF"u8) && picture.Length >= 30 && picture[8..].StartsWith("WEBP"u8) && TryReadWebP(picture, out header);
    }

    private static bool TryReadJpeg(ReadOnlySpan<byte> picture, out PictureHeader header)
    {
        header = default;
        ReadOnlySpan<byte> rest = picture[2..];

        // FF | marker | length, these two bytes included | …; before the marker, more FF may come.
        while (rest.Length >= 9 && rest[0] == 0xFF)
        {
            byte marker = rest[1];
            if (marker == 0xFF)
            {
                rest = rest[1..];
                continue;
            }

            // Start of frame: | length | precision | height | width |. C4, C8 and CC are no frames.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                header = new PictureHeader(
                    "image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(rest[7..]), BinaryPrimitives.ReadUInt16BigEndian(rest[5..]));
                return true;
            }

            int length = 2 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            const byte StartOfScan = 0xDA;
            if (marker is 0 or >= 0xD0 and <= StartOfScan || length > rest.Length)
            {
                return false;
            }

            rest = rest[length..];
        }

        return false;
    }

    private static bool TryReadPng(ReadOnlySpan<byte> picture, out PictureHeader header)
    {
        // Signature | length | IHDR | width | height
        header = default;
        if (picture.Length < 24 || !picture[12..].StartsWith("IHDR"u8))
        {
            return false;
        }

        header = new PictureHeader(
            "image/png", BinaryPrimitives.ReadInt32BigEndian(picture[16..]), BinaryPrimitives.ReadInt32BigEndian(picture[20..]));
        return true;
    }

    private static bool TryReadGif(ReadOnlySpan<byte> picture, out PictureHeader header)
    {
        header = default;
        if (picture.Length < 10)
        {
            return false;
        }

        header = new PictureHeader(
            "image/gif", BinaryPrimitives.ReadUInt16LittleEndian(picture[6..]), BinaryPrimitives.ReadUInt16LittleEndian(picture[8..]));
        return true;
    }

    private static bool TryReadWebP(ReadOnlySpan<byte> picture, out PictureHeader header)
    {
        // RIFF | length | WEBP | kind | length | …
        ReadOnlySpan<byte> kind = picture[12..16];
        (int width, int height) = (0, 0);
        if (kind.SequenceEqual("VP8 "u8))
        {
            // Frame tag | 9D 01 2A | width | height: 14 bits each.
            (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(picture[26..]) & 0x3FFF,
                BinaryPrimitives.ReadUInt16LittleEndian(picture[28..]) & 0x3FFF);
        }
        else if (kind.SequenceEqual("VP8L"u8))
        {
            // 2F | 14 bits of width − 1 | 14 bits of height − 1
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(picture[21..]);
            (width, height) = ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }
        else if (kind.SequenceEqual("VP8X"u8))
        {
            // Flags | 24 bits of width − 1 | 24 bits of height − 1
            (width, height) = (1 + (picture[24] | (picture[25] << 8) | (picture[26] << 16)),
                1 + (picture[27] | (picture[28] << 8) | (picture[29] << 16)));
        }

        header = new PictureHeader("image/webp", width, height);
        return width > 0;
    }
}
