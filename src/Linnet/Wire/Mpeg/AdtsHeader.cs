namespace Linnet.Wire.Mpeg;

/// <summary>The seven-byte header of an AAC frame in ADTS, the form in which AAC is streamed.</summary>
/// <param name="Profile">0: Main, 1: LC, 2: SSR, 3: LTP.</param>
/// <param name="SampleRate">Hz of the core; HE-AAC plays at twice that.</param>
/// <param name="Channels">1–8; 0: described in the frame. HE-AAC v2 states 1 and plays 2.</param>
/// <param name="FrameLength">Bytes in the frame, including this header.</param>
/// <param name="Frames">Frames that the core decodes to, 1024–4096.</param>
/// <remarks>Source: ISO 13818-7 §6.2.</remarks>
internal readonly record struct AdtsHeader(int Profile, int SampleRate, int Channels, int FrameLength, int Frames)
{
    /// <summary>Bytes in the header, without the optional checksum.</summary>
    public const int Length = 7;

    private static ReadOnlySpan<int> Rates =>
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    /// <summary>Reads the header at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AdtsHeader header)
    {
        // 11111111 1111xLLS PPRRRRxC CCxxxxLL LLLLLLLL LLLxxxxx xxxxxxBB: layer (0), no sum, profile, rate, channels, length, blocks − 1
        header = default;
        if (bytes.Length < Length || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0)
        {
            return false;
        }

        int rate = (bytes[2] >> 2) & 0xF;
        int length = ((bytes[3] & 3) << 11) | (bytes[4] << 3) | (bytes[5] >> 5);
        bool hasSum = (bytes[1] & 1) == 0;
        if (rate >= Rates.Length || length < Length + (hasSum ? 2 : 0))
        {
            return false;
        }

        int channels = ((bytes[2] & 1) << 2) | (bytes[3] >> 6);
        header = new AdtsHeader(bytes[2] >> 6, Rates[rate], channels == 7 ? 8 : channels, length, 1024 * ((bytes[6] & 3) + 1));
        return true;
    }
}
