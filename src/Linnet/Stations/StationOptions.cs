using System.Text.RegularExpressions;

namespace Linnet.Stations;

/// <summary>What a station is called and how it encodes.</summary>
public sealed partial record StationOptions : IValidatable
{
    /// <summary>Its name in URLs: 1–64 of <c>a</c>–<c>z</c>, <c>0</c>–<c>9</c> and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Starts at once instead of with the first listener. Live sources always do. Default <see langword="false"/>.</summary>
    public bool StartAtOnce { get; init; }

    /// <summary>How long before they are due packets are made, where the source allows. 20 ms – 5 s; default 300 ms.</summary>
    public TimeSpan EncodeAhead { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Sound that each ring keeps. 1–300 s; default 10 s.</summary>
    public TimeSpan RingDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How late sound may come from its source before the station sets its clock anew instead of catching up. 20 ms – 10 s; default 100 ms.</summary>
    public TimeSpan MaxLateness { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a rendition that nobody hears goes on. 0–600 s; default 10 s.</summary>
    public TimeSpan RenditionIdleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Renditions that may run at once. 1–64; default 8.</summary>
    public int MaxRenditions { get; init; } = 8;

    /// <summary>Opus bits per second: 6,000–510,000, or 0 for 64,000 per channel. Default 0.</summary>
    public int OpusBitRate { get; init; }

    /// <summary>Opus encoder complexity, 0 (least work) – 10 (best). Default 10.</summary>
    public int OpusComplexity { get; init; } = 10;

    /// <summary>Whether <paramref name="name"/> can be a station's name.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!IsName(Name))
        {
            yield return $"The station name '{Name}' must be 1–64 of a–z, 0–9 and '-'.";
        }

        if (EncodeAhead.TotalMilliseconds is < 20 or > 5_000)
        {
            yield return $"{nameof(EncodeAhead)} is {EncodeAhead}; it must be between 20 ms and 5 s.";
        }

        if (RingDuration.TotalSeconds is < 1 or > 300)
        {
            yield return $"{nameof(RingDuration)} is {RingDuration}; it must be between 1 s and 300 s.";
        }

        if (MaxLateness.TotalMilliseconds is < 20 or > 10_000)
        {
            yield return $"{nameof(MaxLateness)} is {MaxLateness}; it must be between 20 ms and 10 s.";
        }

        if (RenditionIdleTime.TotalSeconds is < 0 or > 600)
        {
            yield return $"{nameof(RenditionIdleTime)} is {RenditionIdleTime}; it must be between 0 and 600 s.";
        }

        if (MaxRenditions is < 1 or > 64)
        {
            yield return $"{nameof(MaxRenditions)} is {MaxRenditions}; it must be between 1 and 64.";
        }

        if (OpusBitRate is not 0 and (< 6_000 or > 510_000))
        {
            yield return $"The Opus bit rate is {OpusBitRate}; it must be between 6000 and 510000 bits per second.";
        }

        if (OpusComplexity is < 0 or > 10)
        {
            yield return $"The Opus complexity is {OpusComplexity}; it must be between 0 and 10.";
        }
    }

    [GeneratedRegex("^[a-z0-9-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
