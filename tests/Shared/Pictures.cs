using System.Buffers.Binary;

namespace Linnet.Tests.Shared;

/// <summary>Pictures for tests. Only their headers are real, except in <see cref="Shown"/>.</summary>
internal static class Pictures
{
    /// <summary>A PNG of one pixel that browsers show.</summary>
    internal static byte[] Shown { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>A PNG.</summary>
    /// <param name="width">Its declared width.</param>
    /// <param name="height">Its declared height.</param>
    /// <param name="length">Its length, in bytes.</param>
    internal static byte[] Png(int width = 500, int height = 500, int length = 100)
    {
        byte[] picture = new byte[length];
        ((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8]).CopyTo(picture);
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(20), height);
        return picture;
    }

    /// <summary>A JPEG with an application segment, a table and fill bytes before its frame.</summary>
    internal static byte[] Jpeg(int width = 500, int height = 400) =>
    [
        0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xC4, 0, 4, 0, 0, 0xFF, 0xFF, 0xFF, 0xC2, 0, 11, 8,
        (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 0, 0x11, 0, 0xFF, 0xDA, 0xFF, 0, 0xFF, 0xD9,
    ];

    /// <summary>A GIF.</summary>
    internal static byte[] Gif(int width = 20, int height = 30) =>
        [.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0, 0, 0];

    /// <summary>A WebP: lossy (<c>VP8 </c>), lossless (<c>VP8L</c>) or extended (<c>VP8X</c>).</summary>
    internal static byte[] WebP(string kind, int width = 20, int height = 30)
    {
        byte[] body = new byte[18];
        uint sides = (uint)((width - 1) | ((height - 1) << 14));
        switch (kind)
        {
            case "VP8 ":
                ((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]).CopyTo(body.AsSpan(3));
                BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(6), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(8), (ushort)height);
                break;
            case "VP8L":
                body[0] = 0x2F;
                BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(1), sides);
                break;
            default:
                BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(4), (ushort)(width - 1));
                BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(7), (ushort)(height - 1));
                break;
        }

        return [.. "RIFF"u8, 30, 0, 0, 0, .. "WEBP"u8, .. System.Text.Encoding.ASCII.GetBytes(kind), 18, 0, 0, 0, .. body];
    }
}
