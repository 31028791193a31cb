using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;

namespace Linnet.Stations;

/// <summary>The name of an HTTP rendition: a codec, and a bit rate if it differs from the default.</summary>
/// <param name="Codec"><c>mp3</c>, <c>opus</c>, <c>aac</c>, <c>flac</c> or <c>wav</c>.</param>
/// <param name="BitRate">Bits per second; <see langword="null"/> for the default.</param>
internal sealed record StreamName(string Codec, int? BitRate)
{
    internal const string Mp3 = "mp3", Opus = "opus", Aac = "aac", Flac = "flac", Wav = "wav";

    private const int Kilo = 1000;

    /// <summary>
    /// Reads <c>mp3</c>, <c>mp3-64</c>, <c>opus</c>, <c>opus-64</c>, <c>aac</c>, <c>aac-64</c>, <c>flac</c> or <c>wav</c>.
    /// </summary>
    /// <param name="text">The configured name.</param>
    /// <param name="name">The parsed name, if it is valid.</param>
    /// <param name="problem">If it is not valid, a sentence that says what is.</param>
    internal static bool TryParse(string text, [NotNullWhen(true)] out StreamName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string codec = dash < 0 ? text : text[..dash];
        int? bitRate = null;
        if (dash >= 0)
        {
            bool isNumber = int.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int kilobits);
            bitRate = isNumber && kilobits <= int.MaxValue / Kilo ? kilobits * Kilo : 0;
        }

        problem = (codec, bitRate) switch
        {
            (Mp3, int rate) when !Mp3Rates.IsBitRate(rate) =>
                $"'{text}' is not a rendition: MP3 has {Mp3Rates.BitRateList} kb/s, such as mp3-64.",
            (Opus, int rate) => new OpusEncoderOptions { BitRate = rate }.Problems().Any()
                ? $"'{text}' is not a rendition: Opus has 6 to 510 kb/s, such as opus-64." : null,
            (Aac, int rate) when !AacRates.IsBitRate(rate) =>
                $"'{text}' is not a rendition: AAC has {AacRates.BitRateRange} kb/s, such as aac-64.",
            (Mp3 or Opus or Aac, _) or (Flac or Wav, null) => null,
            _ => $"'{text}' is not a rendition: choose mp3, mp3-64, opus, opus-64, aac, aac-64 (or another number of kb/s), flac or wav.",
        };
        name = problem is null ? new StreamName(codec, bitRate) : null;
        return problem is null;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        BitRate is int rate ? string.Create(CultureInfo.InvariantCulture, $"{Codec}-{rate / Kilo}") : Codec;
}
