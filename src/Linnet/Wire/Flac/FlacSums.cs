namespace Linnet.Wire.Flac;

/// <summary>FLAC's two checksums, most significant bit first, from 0. Summing data together with its checksum gives 0.</summary>
/// <remarks>Source: RFC 9639 §9.1.8 (CRC-8, polynomial 0x07), §9.3 (CRC-16, polynomial 0x8005).</remarks>
internal static class FlacSums
{
    private static readonly byte[] Table8 = [.. Enumerable.Range(0, 256).Select(i => (byte)Divide((uint)i, 8, 0x07))];
    private static readonly ushort[] Table16 = [.. Enumerable.Range(0, 256).Select(i => (ushort)Divide((uint)i << 8, 16, 0x8005))];

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
        foreach (byte next in bytes)
        {
            sum = (ushort)((sum << 8) ^ Table16[(sum >> 8) ^ next]);
        }

        return sum;
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
