namespace Linnet.Codecs.Mpeg;

/// <summary>Makes frames that use chosen Huffman tables.</summary>
/// <remarks>Source: ISO 11172-3 §2.4.1.7 (side information).</remarks>
internal static class NLayerTables
{
    // MPEG-1, layer III, no checksum, 320 kb/s, 44.1 kHz, stereo: the longest frame, so no table runs out of bits.
    private static readonly byte[] Header = [0xFF, 0xFB, 0xE0, 0x00];

    private const int FrameLength = 1044;

    // Three regions of four lines each: the first two scale factor bands, and the rest.
    private const uint BigValues = 6;

    // A quarter of the main data for each channel of each granule.
    private const uint PartLength = 1900;

    /// <summary>
    /// A frame whose three regions in each channel of each granule use these twelve tables, and whose rest uses both tables of quadruples.
    /// All coded bits are zero.
    /// </summary>
    internal static byte[] FrameWith(ReadOnlySpan<byte> tables)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tables.Length, 12, nameof(tables));
        byte[] frame = new byte[FrameLength];
        Header.CopyTo(frame, 0);
        int at = 8 * Header.Length;

        // No earlier main data, private bits, no shared scale factors.
        Put(0, 20);
        for (int part = 0; part < 4; part++)
        {
            Put(PartLength, 12);
            Put(BigValues, 9);

            // Gain, no scale factors, no block switching.
            Put(0, 8 + 4 + 1);
            Put(tables[3 * part], 5);
            Put(tables[(3 * part) + 1], 5);
            Put(tables[(3 * part) + 2], 5);

            // Regions of one scale factor band, no emphasis of high bands, fine scale.
            Put(0, 4 + 3 + 1 + 1);
            Put((uint)part & 1, 1);
        }

        return frame;

        void Put(uint value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--, at++)
            {
                frame[at >> 3] |= (byte)(((value >> bit) & 1) << (7 - (at & 7)));
            }
        }
    }
}
