using System.Globalization;

namespace Linnet.Codecs.Mp3;

/// <summary>The sample rates and bit rates of MPEG-1 and MPEG-2 layer III.</summary>
/// <remarks>Source: ISO/IEC 11172-3 §2.4.2.3, ISO/IEC 13818-3 §2.4.2.3. MPEG-2.5 is not standardized and left out.</remarks>
internal static class Mp3Rates
{
    /// <summary>Lower sample rates are MPEG-2, whose frames are half as long.</summary>
    private const int LowestMpeg1 = 32_000;

    private static readonly int[] SampleRates = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000];
    private static readonly int[] Mpeg1 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] Mpeg2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    /// <summary>All bit rates, for messages.</summary>
    internal static string BitRateList { get; } =
        string.Join(", ", Mpeg1.Union(Mpeg2).Order().Select(static k => k.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The highest sample rate up to <paramref name="sampleRate"/>; the lowest one if there is none.</summary>
    public static int SampleRateFor(int sampleRate) => SampleRates.FirstOrDefault(rate => rate <= sampleRate, SampleRates[^1]);

    /// <summary>
    /// The highest bit rate up to <paramref name="bitRate"/> that MP3 has at <paramref name="sampleRate"/>; the lowest one if there is
    /// none.
    /// </summary>
    public static int BitRateFor(int sampleRate, int bitRate)
    {
        int[] rates = sampleRate >= LowestMpeg1 ? Mpeg1 : Mpeg2;
        return 1000 * rates.LastOrDefault(rate => 1000 * rate <= bitRate, rates[0]);
    }

    /// <summary>Whether MP3 has this bit rate, in bits per second, at any sample rate.</summary>
    public static bool IsBitRate(int bitRate) => bitRate % 1000 == 0 && (Mpeg1.Contains(bitRate / 1000) || Mpeg2.Contains(bitRate / 1000));

    /// <summary>Audio frames per MP3 frame.</summary>
    internal static int FramesPerPacket(int sampleRate) => sampleRate >= LowestMpeg1 ? 1152 : 576;

    internal static bool IsSampleRate(int sampleRate) => SampleRates.Contains(sampleRate);
}
