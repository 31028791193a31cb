namespace Linnet.Wire.Flac;

/// <summary>FLAC's two checksums, most significant bit first, from 0. Summing data together with its checksum gives 0.</summary>
/// <remarks>Source: RFC 9639 §9.1.8 (CRC-8, polynomial 0x07), §9.3 (CRC-16, polynomial 0x8005).</remarks>
internal static class FlacSums
{
    private static readonly byte[] Table8 = [.. Enumerable.Range(0, 256).Select(i => (byte)Divide((uint)i, 8, 0x07))];

    /// <summary>Bytes that are summed together, which is several times faster than one after the other.</summary>
    private const int Piece = 8;

    /// <summary>The checksums of each byte, and of each byte with one to seven zeros after it.</summary>
    private static readonly ushort[] Table16 = MakeTable16();

    /// <summary>The checksum of a frame header.</summary>
    internal static byte Header(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (byte next in bytes)
        {
            sum = Table8[sum ^ next];
        }

        return sum;
    }

    /// <summary>Continues a frame's checksum over more bytes.</summary>
    internal static ushort Append(ushort sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ushort> table = Table16;
        for (; bytes.Length >= Piece; bytes = bytes[Piece..])
        {
            ReadOnlySpan<byte> piece = bytes[..Piece];
            sum = (ushort)(table[(7 << 8) | (piece[0] ^ (sum >> 8))] ^ table[(6 << 8) | (piece[1] ^ (sum & 0xFF))]
                ^ table[(5 << 8) | piece[2]] ^ table[(4 << 8) | piece[3]] ^ table[(3 << 8) | piece[4]] ^ table[(2 << 8) | piece[5]]
                ^ table[(1 << 8) | piece[6]] ^ table[piece[7]]);
        }

        foreach (byte next in bytes)
        {
            sum = (ushort)((sum << 8) ^ table[(sum >> 8) ^ next]);
        }

        return sum;
    }

    private static ushort[] MakeTable16()
    {
        var table = new ushort[Piece << 8];
        for (int i = 0; i < table.Length; i++)
        {
            uint before = i < 256 ? (uint)i << 8 : table[i - 256];
            table[i] = (ushort)(i < 256 ? Divide(before, 16, 0x8005) : (before << 8) ^ table[before >> 8]);
        }

        return table;
    }

    private static uint Divide(uint value, int width, uint polynomial)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value << 1) ^ (((value >> (width - 1)) & 1) * polynomial);
        }

        return value;
    }
}
