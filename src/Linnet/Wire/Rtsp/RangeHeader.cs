using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linnet.Wire.Rtsp;

/// <summary>The <c>Range</c> header in normal play time: which part to play.</summary>
/// <param name="Start">The start; <see langword="null"/>: from now (<c>npt=now-</c>), or the last seconds before
/// <paramref name="End"/>.</param>
/// <param name="End">The end; <see langword="null"/>: open, as for live audio.</param>
/// <remarks>Source: RFC 2326 §12.29, §3.6. SMPTE and clock ranges are not read.</remarks>
internal sealed record RangeHeader(TimeSpan? Start, TimeSpan? End = null)
{
    /// <summary><c>npt=now-</c>: from the live edge on.</summary>
    public static RangeHeader Live { get; } = new(Start: null);

    private const string Unit = "npt";

    // A year: more than any programme, and far from what a TimeSpan cannot hold.
    private const double MaxSeconds = 366 * 86_400;

    /// <summary>Reads the header. Never throws. False for units other than <c>npt</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RangeHeader? range)
    {
        range = null;
        ReadOnlySpan<char> rest = text;
        int semicolon = rest.IndexOf(';');
        rest = (semicolon < 0 ? rest : rest[..semicolon]).Trim();
        if (!rest.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        rest = rest[Unit.Length..].TrimStart();
        if (rest is not ['=', .. var times])
        {
            return false;
        }

        int dash = times.IndexOf('-');
        ReadOnlySpan<char> start = dash < 0 ? times.Trim() : times[..dash].Trim();
        ReadOnlySpan<char> end = dash < 0 ? [] : times[(dash + 1)..].Trim();
        TimeSpan from = default;
        TimeSpan to = default;
        bool isNow = start.Equals("now", StringComparison.OrdinalIgnoreCase);
        if ((start.IsEmpty && end.IsEmpty) || (!start.IsEmpty && !isNow && !TryParseTime(start, out from))
            || (!end.IsEmpty && !TryParseTime(end, out to)))
        {
            return false;
        }

        range = new RangeHeader(start.IsEmpty || isNow ? null : from, end.IsEmpty ? null : to);
        return true;
    }

    /// <summary>The header's value.</summary>
    public override string ToString()
    {
        string start = Start is TimeSpan from ? Format(from) : End is null ? "now" : "";
        return $"{Unit}={start}-{(End is TimeSpan to ? Format(to) : "")}";
    }

    private static string Format(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    // Seconds, or h:mm:ss with as many hours as one likes; both with a fraction.
    private static bool TryParseTime(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        double total = 0;
        int parts = 0;
        foreach (Range part in text.Split(':'))
        {
            if (++parts > 3 || !double.TryParse(text[part], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                return false;
            }

            total = (total * 60) + value;
        }

        // Not "parts <= 3": two parts are no npt time.
        if (parts == 2 || !(total <= MaxSeconds))
        {
            return false;
        }

        time = TimeSpan.FromSeconds(total);
        return true;
    }
}
