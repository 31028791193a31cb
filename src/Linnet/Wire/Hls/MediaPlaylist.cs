using System.Globalization;
using System.Text;

namespace Linnet.Wire.Hls;

/// <summary>The playlist of one rendition: its latest segments.</summary>
/// <remarks>Source: RFC 8216 §4.3.3, §6.2.2.</remarks>
internal sealed record MediaPlaylist : HlsPlaylist
{
    /// <summary>Creates a playlist.</summary>
    /// <param name="targetSeconds">See <see cref="TargetSeconds"/>.</param>
    /// <param name="mediaSequence">See <see cref="MediaSequence"/>.</param>
    /// <param name="segments">See <see cref="Segments"/>.</param>
    /// <exception cref="ArgumentException">
    /// A number is out of range, a segment is longer than the target, or a segment without an init segment follows one that has one.
    /// </exception>
    public MediaPlaylist(int targetSeconds, long mediaSequence, IReadOnlyList<MediaSegment> segments)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetSeconds);
        ArgumentOutOfRangeException.ThrowIfNegative(mediaSequence);
        ArgumentNullException.ThrowIfNull(segments);
        if (segments.FirstOrDefault(segment => IsLonger(segment, targetSeconds)) is MediaSegment tooLong)
        {
            throw new ArgumentException(
                $"Segment {tooLong.Uri} lasts {tooLong.Seconds} s, longer than the target of {targetSeconds} s.", nameof(segments));
        }

        // An init segment holds until the next one, and nothing takes it back.
        MediaSegment[] present = [.. segments.Where(static segment => !segment.IsGap)];
        if (present.Any(static segment => segment.Map is null) && present.Any(static segment => segment.Map is not null))
        {
            throw new ArgumentException("Segments with and without an init segment cannot be in one playlist.", nameof(segments));
        }

        TargetSeconds = targetSeconds;
        MediaSequence = mediaSequence;
        Segments = segments;
    }

    /// <summary>
    /// The longest duration of a segment, rounded to a whole second. It must be the same in every playlist of a rendition.
    /// </summary>
    public int TargetSeconds { get; }

    /// <summary>The number of the first segment.</summary>
    public long MediaSequence { get; }

    /// <summary>The segments in order.</summary>
    public IReadOnlyList<MediaSegment> Segments { get; }

    /// <summary>Discontinuities before the first segment: those that have left the playlist. Default: 0.</summary>
    public long DiscontinuitySequence
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Titles. Not written if there are no segments: they need the time of a segment.</summary>
    public IReadOnlyList<DateRange> DateRanges { get; init; } = [];

    /// <summary>Whether no segment will follow.</summary>
    public bool IsEnded { get; init; }

    /// <summary>8 with a gap: that tag came with version 8.</summary>
    private protected override int Version => Segments.Any(static segment => segment.IsGap) ? 8 : base.Version;

    private protected override void Append(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{TargetSeconds}\n#EXT-X-MEDIA-SEQUENCE:{MediaSequence}\n");
        if (DiscontinuitySequence > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-DISCONTINUITY-SEQUENCE:{DiscontinuitySequence}\n");
        }

        foreach (DateRange range in Segments.Count > 0 ? DateRanges : [])
        {
            range.Append(text);
        }

        string? map = null;
        foreach (MediaSegment segment in Segments)
        {
            map = segment.Append(text, map);
        }

        text.Append(IsEnded ? "#EXT-X-ENDLIST\n" : "");
    }

    /// <summary>Compares what is written: 4.49999 s is within a target of 4 s, and 4.5 s is not.</summary>
    private static bool IsLonger(MediaSegment segment, int targetSeconds) =>
        decimal.Round(segment.Seconds, MidpointRounding.AwayFromZero) > targetSeconds;
}
