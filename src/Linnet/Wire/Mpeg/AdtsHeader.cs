namespace Linnet.Wire.Mpeg;

/// <summary>The seven-byte header of an AAC frame in ADTS, the form in which AAC is streamed.</summary>
/// <remarks>Source: ISO 13818-7 §6.2.</remarks>
internal static class AdtsHeader
{
    /// <summary>Bytes in the header, without the optional checksum.</summary>
    private const int Length = 7;

    /// <summary>Sample rates with a number; larger numbers are reserved.</summary>
    private const int Rates = 13;

    /// <summary>Whether a header is at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
    public static bool IsAt(ReadOnlySpan<byte> bytes)
    {
        // 11111111 1111xLLS PPRRRRxC CCxxxxLL LLLLLLLL LLLxxxxx xxxxxxBB: layer (0), no sum, profile, rate, channels, length, blocks − 1
        if (bytes.Length < Length || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0)
        {
            return false;
        }

        int rate = (bytes[2] >> 2) & 0xF;
        int length = ((bytes[3] & 3) << 11) | (bytes[4] << 3) | (bytes[5] >> 5);
        bool hasSum = (bytes[1] & 1) == 0;
        return rate < Rates && length >= Length + (hasSum ? 2 : 0);
    }
}
