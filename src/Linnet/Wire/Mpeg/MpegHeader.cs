namespace Linnet.Wire.Mpeg;

/// <summary>The MPEG version of a frame. Versions differ in sample rates and frame lengths.</summary>
internal enum MpegVersion
{
    /// <summary>MPEG-1 (ISO 11172-3): 32, 44.1 and 48 kHz.</summary>
    Mpeg1,

    /// <summary>MPEG-2 (ISO 13818-3): half those rates.</summary>
    Mpeg2,

    /// <summary>MPEG-2.5, not standardized but widely used: a quarter of those rates.</summary>
    Mpeg25,
}

/// <summary>The four-byte header of an MPEG audio frame, layers I to III.</summary>
/// <param name="Version">The MPEG version.</param>
/// <param name="Layer">1–3; 3 is MP3.</param>
/// <param name="HasSum">Whether a two-byte checksum follows.</param>
/// <param name="BitRate">Bits per second, 8,000–448,000.</param>
/// <param name="SampleRate">Hz, 8,000–48,000.</param>
/// <param name="IsPadded">Whether the frame is one slot longer.</param>
/// <param name="Channels">1 or 2.</param>
/// <remarks>Source: ISO 11172-3 §2.4.1.3, ISO 13818-3 §2.4.2.3. Free-format frames, whose length is unknown, are refused.</remarks>
internal readonly record struct MpegHeader(
    MpegVersion Version, int Layer, bool HasSum, int BitRate, int SampleRate, bool IsPadded, int Channels)
{
    /// <summary>Bytes in the header.</summary>
    public const int Length = 4;

    /// <summary>The longest frame, in bytes: layer II, MPEG-2.5, 160 kb/s at 8 kHz, padded.</summary>
    public const int MaxFrameLength = 2881;

    private static ReadOnlySpan<short> Kilobits =>
    [
        0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, // MPEG-1, layer I
        0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,    // layer II
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,     // layer III
        0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,    // MPEG-2 and 2.5, layer I
        0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160,         // layers II and III
    ];

    private static ReadOnlySpan<int> Rates => [44_100, 48_000, 32_000];

    /// <summary>Frames (one sample per channel) that the frame decodes to.</summary>
    public int Frames => Layer == 1 ? 384 : Layer == 3 && Version != MpegVersion.Mpeg1 ? 576 : 1152;

    /// <summary>Bytes in the frame, including this header.</summary>
    public int FrameLength => Layer == 1
        ? 4 * ((12 * BitRate / SampleRate) + (IsPadded ? 1 : 0))
        : (Frames / 8 * BitRate / SampleRate) + (IsPadded ? 1 : 0);

    /// <summary>The offset of the side information in a layer III frame.</summary>
    public int SideInfoStart => Length + (HasSum ? 2 : 0);

    /// <summary>Bytes of side information in a layer III frame.</summary>
    public int SideInfoLength => Version == MpegVersion.Mpeg1 ? Channels == 1 ? 17 : 32 : Channels == 1 ? 9 : 17;

    /// <summary>Whether both frames can belong to one stream: only bit rate, padding and checksum may differ.</summary>
    public bool GoesWith(MpegHeader other) =>
        (Version, Layer, SampleRate, Channels) == (other.Version, other.Layer, other.SampleRate, other.Channels);

    /// <summary>Reads the header at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out MpegHeader header)
    {
        // 11111111 111VVLLS BBBBRRPx MMxxxxEE: version, layer, no sum, bit rate, rate, padding, mode, emphasis
        header = default;
        if (bytes.Length < Length || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0)
        {
            return false;
        }

        int version = (bytes[1] >> 3) & 3;
        int layer = 4 - ((bytes[1] >> 1) & 3);
        int bitRate = bytes[2] >> 4;
        int rate = (bytes[2] >> 2) & 3;
        if (version == 1 || layer == 4 || bitRate is 0 or 15 || rate == 3 || (bytes[3] & 3) == 2)
        {
            return false;
        }

        MpegVersion standard = version switch { 3 => MpegVersion.Mpeg1, 2 => MpegVersion.Mpeg2, _ => MpegVersion.Mpeg25 };
        int row = standard == MpegVersion.Mpeg1 ? layer - 1 : layer == 1 ? 3 : 4;
        header = new MpegHeader(
            standard,
            layer,
            HasSum: (bytes[1] & 1) == 0,
            BitRate: 1000 * Kilobits[(15 * row) + bitRate],
            SampleRate: Rates[rate] >> (int)standard,
            IsPadded: (bytes[2] & 2) != 0,
            Channels: bytes[3] >> 6 == 3 ? 1 : 2);

        // A layer III frame always has room for its side information. If it does not, this is not a frame.
        return layer != 3 || header.FrameLength >= header.SideInfoStart + header.SideInfoLength;
    }
}
