namespace Linnet.Wire.Mpeg;

/// <summary>The seven-byte header of an AAC frame in ADTS, the form in which AAC is streamed.</summary>
/// <remarks>Source: ISO 13818-7 §6.2. A frame is the header, an optional checksum, and one raw AAC packet or several.</remarks>
internal static class AdtsHeader
{
    /// <summary>Bytes in the header, without the optional checksum.</summary>
    internal const int Length = 7;

    /// <summary>Maximum length of a frame in bytes: its length has 13 bits.</summary>
    internal const int MaxFrameLength = (1 << 13) - 1;

    /// <summary>Sample rates in the order of their numbers; larger numbers are reserved.</summary>
    internal static readonly int[] SampleRates =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    private const int SumLength = 2;

    /// <summary>Whether a header is at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
    public static bool IsAt(ReadOnlySpan<byte> bytes) => TryParse(bytes, out _, out _, out _);

    /// <summary>Reads the header at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
    /// <param name="bytes">The frame, or at least its header.</param>
    /// <param name="headerLength">Bytes before the first AAC packet: the header, with the checksum if there is one.</param>
    /// <param name="frameLength">Bytes of the whole frame.</param>
    /// <param name="packets">AAC packets in the frame, 1–4; usually 1.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out int headerLength, out int frameLength, out int packets)
    {
        (headerLength, frameLength, packets) = (0, 0, 0);

        // 11111111 1111xLLS PPRRRRxC CCxxxxLL LLLLLLLL LLLxxxxx xxxxxxBB: layer (0), no sum, profile, rate, channels, length, blocks − 1
        if (bytes.Length < Length || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0 || ((bytes[2] >> 2) & 0xF) >= SampleRates.Length)
        {
            return false;
        }

        headerLength = Length + ((bytes[1] & 1) == 0 ? SumLength : 0);
        frameLength = ((bytes[3] & 3) << 11) | (bytes[4] << 3) | (bytes[5] >> 5);
        packets = (bytes[6] & 3) + 1;
        return frameLength >= headerLength;
    }

    /// <summary>Writes the header of a frame with one packet of AAC-LC and no checksum.</summary>
    /// <param name="header">Receives <see cref="Length"/> bytes.</param>
    /// <param name="sampleRate">One of <see cref="SampleRates"/>.</param>
    /// <param name="channels">1 or 2.</param>
    /// <param name="packetLength">Bytes of the AAC packet.</param>
    /// <exception cref="ArgumentException">ADTS cannot say this.</exception>
    public static void Write(Span<byte> header, int sampleRate, int channels, int packetLength)
    {
        int rate = Array.IndexOf(SampleRates, sampleRate);
        ArgumentOutOfRangeException.ThrowIfNegative(rate, nameof(sampleRate));
        ArgumentOutOfRangeException.ThrowIfNotEqual(channels, Math.Clamp(channels, 1, 2));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(packetLength, MaxFrameLength - Length);

        // MPEG-4, profile low complexity (1), and a buffer fullness of "variable bit rate" (all ones).
        int length = Length + packetLength;
        header[0] = 0xFF;
        header[1] = 0xF1;
        header[2] = (byte)(0x40 | (rate << 2));
        header[3] = (byte)((channels << 6) | (length >> 11));
        header[4] = (byte)(length >> 3);
        header[5] = (byte)((length << 5) | 0x1F);
        header[6] = 0xFC;
    }
}
