using System.Globalization;
using System.Text;

namespace Linnet.Wire.Hls;

/// <summary>A segment in a media playlist.</summary>
/// <param name="Uri">Its address, absolute or relative to the playlist's; visible ASCII.</param>
/// <param name="Duration">Its duration, 0 or more; written to 10 µs.</param>
/// <param name="Start">When its first frame is due, by the wall clock; written to milliseconds.</param>
/// <remarks>Source: RFC 8216 §4.3.2; draft-pantos-hls-rfc8216bis §4.4.4.7 (gap).</remarks>
internal sealed record MediaSegment(string Uri, TimeSpan Duration, DateTimeOffset Start)
{
    private const int Decimals = 5;

    /// <summary>Its address, absolute or relative to the playlist's; visible ASCII.</summary>
    public string Uri { get; } = HlsGrammar.Visible(Uri);

    /// <summary>Its duration; written to 10 µs.</summary>
    public TimeSpan Duration { get; } = Duration >= TimeSpan.Zero
        ? Duration
        : throw new ArgumentOutOfRangeException(nameof(Duration), Duration, "A duration must be 0 or more.");

    /// <summary>The address of its init segment; <see langword="null"/>: it needs none (packed audio), or it is a gap.</summary>
    public string? Map
    {
        get;
        init => field = value is null ? null : HlsGrammar.Visible(value);
    }

    /// <summary>Whether its timestamps or its format do not continue those of the segment before.</summary>
    public bool IsDiscontinuous { get; init; }

    /// <summary>Whether it is missing: players do not load it, but time passes.</summary>
    public bool IsGap { get; init; }

    /// <summary>The duration in seconds, as it is written.</summary>
    internal decimal Seconds => decimal.Round((decimal)Duration.Ticks / TimeSpan.TicksPerSecond, Decimals);

    /// <summary>Appends the tags and the address.</summary>
    /// <param name="text">Receives them.</param>
    /// <param name="map">The init segment of the segments before; <see langword="null"/>: none.</param>
    /// <returns>The init segment of the segments after.</returns>
    internal string? Append(StringBuilder text, string? map)
    {
        if (IsDiscontinuous)
        {
            text.Append("#EXT-X-DISCONTINUITY\n");
        }

        // Decoders start again at a discontinuity, and some players load their init segment only where the playlist names it.
        if (Map is not null && (Map != map || IsDiscontinuous))
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{Map}\"\n");
        }

        if (IsGap)
        {
            text.Append("#EXT-X-GAP\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-PROGRAM-DATE-TIME:{HlsGrammar.Date(Start)}\n#EXTINF:{Seconds:F5},\n{Uri}\n");
        return Map ?? map;
    }
}
