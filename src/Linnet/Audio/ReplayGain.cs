using System.Globalization;

namespace Linnet.Audio;

/// <summary>The loudness tags of a file: how much louder or softer to play it so that it is as loud as others.</summary>
/// <param name="TrackGain">Gain for this track alone, in decibels.</param>
/// <param name="TrackPeak">The track's largest sample; 1 is full scale.</param>
/// <param name="AlbumGain">Gain for the whole album, in decibels.</param>
/// <param name="AlbumPeak">The album's largest sample; 1 is full scale.</param>
/// <remarks>Source: ReplayGain 2.0; RFC 7845 §5.2.1, whose gains are for a level 5 dB lower. Values that no music needs are
/// ignored.</remarks>
public sealed record ReplayGain(float? TrackGain = null, float? TrackPeak = null, float? AlbumGain = null, float? AlbumPeak = null)
{
    /// <summary>No tags at all.</summary>
    internal static readonly ReplayGain None = new();

    private const float MaxGain = 60;
    private const float MaxPeak = 16;

    /// <summary>The longest tag value that is parsed.</summary>
    private const int MaxLength = 64;

    /// <summary>From Opus' −23 LUFS to ReplayGain's −18.</summary>
    private const float R128Offset = 5;

    /// <summary>
    /// The factor for samples: the track's gain, or the album's if the track has none. Limited so that the largest sample stays within full
    /// scale; without a known peak nothing is made louder.
    /// </summary>
    internal float Factor
    {
        get
        {
            if ((TrackGain ?? AlbumGain) is not float gain)
            {
                return 1;
            }

            float factor = MathF.Pow(10, gain / 20);
            float peak = TrackPeak ?? AlbumPeak ?? 1;
            return Math.Min(factor, peak > 0 ? Math.Min(1 / peak, Gain.Max) : Gain.Max);
        }
    }

    /// <summary>These tags, completed by <paramref name="other"/> where they have no value.</summary>
    internal ReplayGain Or(ReplayGain other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(TrackGain ?? other.TrackGain, TrackPeak ?? other.TrackPeak, AlbumGain ?? other.AlbumGain, AlbumPeak ?? other.AlbumPeak);
    }

    /// <summary>
    /// These tags with one more, if it is a loudness tag: <c>REPLAYGAIN_TRACK_GAIN</c> and the like, in any case, or Opus'
    /// <c>R128_TRACK_GAIN</c>.
    /// </summary>
    /// <param name="name">Name of the tag; untrusted.</param>
    /// <param name="value">Value of the tag, untrusted: <c>-7.03 dB</c>, <c>0.988</c>, or for Opus <c>-1800</c>.</param>
    internal ReplayGain With(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > MaxLength)
        {
            return this;
        }

        return name.ToUpperInvariant() switch
        {
            "REPLAYGAIN_TRACK_GAIN" => this with { TrackGain = Decibels(value) ?? TrackGain },
            "REPLAYGAIN_TRACK_PEAK" => this with { TrackPeak = Peak(value) ?? TrackPeak },
            "REPLAYGAIN_ALBUM_GAIN" => this with { AlbumGain = Decibels(value) ?? AlbumGain },
            "REPLAYGAIN_ALBUM_PEAK" => this with { AlbumPeak = Peak(value) ?? AlbumPeak },
            "R128_TRACK_GAIN" => this with { TrackGain = R128(value) ?? TrackGain },
            "R128_ALBUM_GAIN" => this with { AlbumGain = R128(value) ?? AlbumGain },
            _ => this,
        };
    }

    /// <summary>The gain, or <see langword="null"/> if no music needs it.</summary>
    internal static float? Believable(float decibels) => MathF.Abs(decibels) <= MaxGain ? decibels : null;

    /// <summary>The peak, or <see langword="null"/> if no music has it.</summary>
    internal static float? BelievablePeak(float peak) => peak is >= 0 and <= MaxPeak ? peak : null;

    private static float? Decibels(string value)
    {
        ReadOnlySpan<char> number = value.AsSpan().Trim();
        if (number.EndsWith("dB", StringComparison.OrdinalIgnoreCase))
        {
            number = number[..^2].TrimEnd();
        }

        return Number(number) is float decibels ? Believable(decibels) : null;
    }

    private static float? Peak(string value) => Number(value.AsSpan().Trim()) is float peak ? BelievablePeak(peak) : null;

    /// <summary>Parses a number. Some taggers write a decimal comma.</summary>
    private static float? Number(ReadOnlySpan<char> text)
    {
        Span<char> plain = stackalloc char[MaxLength];
        text.Replace(plain, ',', '.');
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return float.TryParse(plain[..text.Length], Style, CultureInfo.InvariantCulture, out float number) ? number : null;
    }

    private static float? R128(string value) =>
        short.TryParse(value.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out short steps)
            ? Believable((steps / 256f) + R128Offset)
            : null;
}
