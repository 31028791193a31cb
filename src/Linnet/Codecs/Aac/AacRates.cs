using System.Globalization;
using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Aac;

/// <summary>The sample rates and bit rates of AAC-LC.</summary>
/// <remarks>Source: ISO/IEC 14496-3 §4.5.1.1 (rates) and §4.5.3 (at most 6144 bits per channel in a packet of 1024 frames).</remarks>
internal static class AacRates
{
    /// <summary>The lowest bit rate that a rendition can have.</summary>
    internal const int MinBitRate = 16_000;

    /// <summary>The highest bit rate that a rendition can have.</summary>
    internal const int MaxBitRate = 320_000;

    /// <summary>The bit rates in kb/s, for messages.</summary>
    internal static string BitRateRange { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{MinBitRate / 1000} to {MaxBitRate / 1000}");

    /// <summary>Audio frames per packet.</summary>
    internal const int FramesPerPacket = 1024;

    private const int MaxPacketBits = 6144;

    /// <summary>The highest sample rate up to <paramref name="sampleRate"/>; the lowest one if there is none.</summary>
    public static int SampleRateFor(int sampleRate) =>
        AdtsHeader.SampleRates.FirstOrDefault(rate => rate <= sampleRate, AdtsHeader.SampleRates[^1]);

    /// <summary>The bit rate, or the highest one that AAC has for the format if that is less.</summary>
    public static int BitRateFor(int sampleRate, int channels, int bitRate) =>
        Math.Min(bitRate, MaxPacketBits / FramesPerPacket * sampleRate * channels);

    /// <summary>Whether a rendition can have this bit rate, in bits per second.</summary>
    public static bool IsBitRate(int bitRate) => bitRate is >= MinBitRate and <= MaxBitRate;

    internal static bool IsSampleRate(int sampleRate) => AdtsHeader.SampleRates.Contains(sampleRate);
}
