namespace Linnet.Wire.Ogg;

/// <summary>
/// The checksum of an Ogg page: CRC-32 with polynomial 0x04C11DB7, most significant bit first, not inverted at either end.
/// </summary>
/// <remarks>Source: RFC 3533 §6.</remarks>
internal static class OggCrc
{
    private const uint Polynomial = 0x04C1_1DB7;
    private const int Slices = 8;

    private static readonly uint[] Table = MakeTable();

    /// <summary>Continues a checksum over more bytes; a page's begins with 0.</summary>
    internal static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        // Table n holds the effect of a byte that n more bytes have followed, so eight bytes can be looked up at once.
        uint[] table = Table;
        while (bytes.Length >= Slices)
        {
            sum = table[(7 * 256) + (byte)(bytes[0] ^ (sum >> 24))] ^ table[(6 * 256) + (byte)(bytes[1] ^ (sum >> 16))]
                ^ table[(5 * 256) + (byte)(bytes[2] ^ (sum >> 8))] ^ table[(4 * 256) + (byte)(bytes[3] ^ sum)]
                ^ table[(3 * 256) + bytes[4]] ^ table[(2 * 256) + bytes[5]] ^ table[256 + bytes[6]] ^ table[bytes[7]];
            bytes = bytes[Slices..];
        }

        foreach (byte next in bytes)
        {
            sum = (sum << 8) ^ table[(byte)(next ^ (sum >> 24))];
        }

        return sum;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[Slices * 256];
        for (int i = 0; i < 256; i++)
        {
            uint sum = (uint)i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum << 1) ^ ((sum >> 31) * Polynomial);
            }

            table[i] = sum;
        }

        for (int i = 256; i < table.Length; i++)
        {
            table[i] = (table[i - 256] << 8) ^ table[table[i - 256] >> 24];
        }

        return table;
    }
}
