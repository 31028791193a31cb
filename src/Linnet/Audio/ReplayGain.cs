using System.Globalization;

namespace Linnet.Audio;

/// <summary>What a file's tags say of its loudness: how much louder or softer it is to be played to be as loud as others.</summary>
/// <param name="TrackGain">Decibels for this track by itself.</param>
/// <param name="TrackPeak">Its loudest sample, 1 being full scale.</param>
/// <param name="AlbumGain">Decibels for all of its album.</param>
/// <param name="AlbumPeak">The album's loudest sample.</param>
/// <remarks>Source: ReplayGain 2.0; RFC 7845 §5.2.1, whose gains are for a level 5 dB lower. Values beyond what music needs are taken for
/// nonsense.</remarks>
public sealed record ReplayGain(float? TrackGain = null, float? TrackPeak = null, float? AlbumGain = null, float? AlbumPeak = null)
{
    /// <summary>No tags at all.</summary>
    public static readonly ReplayGain None = new();

    private const float MaxGain = 60;
    private const float MaxPeak = 16;

    /// <summary>The longest value looked at.</summary>
    private const int MaxLength = 64;

    /// <summary>From Opus' −23 LUFS to ReplayGain's −18.</summary>
    private const float R128Offset = 5;

    /// <summary>
    /// What to multiply samples with: by the track's gain, or the album's where it has none. Never so much that the loudest sample leaves
    /// full scale; where the peak is not known, nothing is made louder.
    /// </summary>
    public float Factor
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

    /// <summary>These tags and, where they say nothing, others.</summary>
    public ReplayGain Or(ReplayGain other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(TrackGain ?? other.TrackGain, TrackPeak ?? other.TrackPeak, AlbumGain ?? other.AlbumGain, AlbumPeak ?? other.AlbumPeak);
    }

    /// <summary>
    /// These tags and one more, if it is one of loudness: <c>REPLAYGAIN_TRACK_GAIN</c> and its kin, in any case, or Opus'
    /// <c>R128_TRACK_GAIN</c>.
    /// </summary>
    /// <param name="name">From anyone.</param>
    /// <param name="value">From anyone: <c>-7.03 dB</c>, <c>0.988</c>, or for Opus <c>-1800</c>.</param>
    public ReplayGain With(string name, string value)
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

    /// <summary>A gain, if it is one that music needs.</summary>
    internal static float? Believable(float decibels) => MathF.Abs(decibels) <= MaxGain ? decibels : null;

    /// <summary>A peak, if it is one that music has.</summary>
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

    /// <summary>Some taggers write a comma for the decimal point.</summary>
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
