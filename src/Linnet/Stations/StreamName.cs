using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;

namespace Linnet.Stations;

/// <summary>What a rendition for HTTP is called: a codec, and a bit rate where another than the usual is meant.</summary>
/// <param name="Codec"><c>mp3</c>, <c>opus</c>, <c>flac</c> or <c>wav</c>.</param>
/// <param name="BitRate">Bits per second; <see langword="null"/>: the usual.</param>
internal sealed record StreamName(string Codec, int? BitRate)
{
    internal const string Mp3 = "mp3", Opus = "opus", Flac = "flac", Wav = "wav";

    private const int Kilo = 1000;

    /// <summary>Reads <c>mp3</c>, <c>mp3-64</c>, <c>opus</c>, <c>opus-64</c>, <c>flac</c> or <c>wav</c>.</summary>
    /// <param name="text">As a person configured it.</param>
    /// <param name="name">The name, if it is one.</param>
    /// <param name="problem">Otherwise a sentence that says what would be right.</param>
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
                $"'{text}' is no rendition: MP3 has {Mp3Rates.BitRateList} kbit/s, such as mp3-64.",
            (Opus, int rate) => new OpusEncoderOptions { BitRate = rate }.Problems().Any()
                ? $"'{text}' is no rendition: Opus has 6 to 510 kbit/s, such as opus-64." : null,
            (Mp3 or Opus, _) or (Flac or Wav, null) => null,
            _ => $"'{text}' is no rendition: there are mp3, mp3-64, opus, opus-64 (or another number of kbit/s), flac and wav.",
        };
        name = problem is null ? new StreamName(codec, bitRate) : null;
        return problem is null;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        BitRate is int rate ? string.Create(CultureInfo.InvariantCulture, $"{Codec}-{rate / Kilo}") : Codec;
}
