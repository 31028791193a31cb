using System.Buffers.Binary;
using System.Text;

namespace Linnet.Tests.Wire.Tags;

/// <summary>Writes tags as tagging programs do.</summary>
internal static class TagBytes
{
    public static byte[] Id3(int version, byte flags, params byte[][] frames)
    {
        byte[] body = [.. frames.SelectMany(static f => f)];
        return [.. "ID3"u8, (byte)version, 0, flags, .. SevenBits(body.Length), .. body];
    }

    public static byte[] Frame(int version, string id, byte[] body, byte format = 0) => version switch
    {
        2 => [.. Encoding.ASCII.GetBytes(id), (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body],
        3 => [.. Encoding.ASCII.GetBytes(id), .. BigEndian(body.Length), 0, format, .. body],
        _ => [.. Encoding.ASCII.GetBytes(id), .. SevenBits(body.Length), 0, format, .. body],
    };

    public static byte[] Text(string name, string value, int encoding) => encoding switch
    {
        1 => [1, 0xFF, 0xFE, .. Encoding.Unicode.GetBytes(name + "\0"), 0xFF, 0xFE, .. Encoding.Unicode.GetBytes(value)],
        2 => [2, .. Encoding.BigEndianUnicode.GetBytes(name + "\0" + value)],
        _ => [(byte)encoding, .. Encoding.UTF8.GetBytes(name + "\0" + value)],
    };

    public static byte[] Ape(params (string Name, string Value)[] items)
    {
        byte[] body =
            [.. items.SelectMany(
                static i => (byte[])[.. LittleEndian(i.Value.Length), 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(i.Name), 0,
                    .. Encoding.UTF8.GetBytes(i.Value)])];
        return [.. body, .. "APETAGEX"u8, .. LittleEndian(2000), .. LittleEndian(body.Length + 32), .. LittleEndian(items.Length), 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0];
    }

    private static byte[] SevenBits(int n) =>
        [(byte)((n >> 21) & 0x7F), (byte)((n >> 14) & 0x7F), (byte)((n >> 7) & 0x7F), (byte)(n & 0x7F)];

    private static byte[] BigEndian(int n)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, n);
        return bytes;
    }

    private static byte[] LittleEndian(int n)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, n);
        return bytes;
    }
}
