using System.Globalization;

namespace Linnet.Wire.Http;

/// <summary>Which of several kinds of sound a listener's <c>Accept</c> prefers.</summary>
/// <remarks>Source: RFC 9110 §12.5.1. Malformed parts are skipped.</remarks>
internal static class AcceptHeader
{
    /// <summary>Ranges after this many are ignored.</summary>
    public const int MaxRanges = 64;

    /// <summary>How much a type is liked, 0–1000: by the most specific range that holds it.</summary>
    public static int Quality(string? accept, string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (string.IsNullOrWhiteSpace(accept))
        {
            return 1000;
        }

        int slash = type.IndexOf('/', StringComparison.Ordinal);
        int quality = 0;
        int specificity = 0;
        int ranges = 0;
        foreach (Range part in accept.AsSpan().Split(','))
        {
            ReadOnlySpan<char> entry = accept.AsSpan(part).Trim();
            int semicolon = entry.IndexOf(';');
            ReadOnlySpan<char> range = semicolon < 0 ? entry : entry[..semicolon].TrimEnd();
            int level = range.Equals(type, StringComparison.OrdinalIgnoreCase) ? 3
                : range is "*/*" || range is "*" ? 1
                : range.EndsWith("/*") && range[..^1].Equals(type.AsSpan(0, slash + 1), StringComparison.OrdinalIgnoreCase) ? 2
                : 0;
            if (level > specificity)
            {
                (specificity, quality) = (level, semicolon < 0 ? 1000 : QualityOf(entry[(semicolon + 1)..]));
            }

            if (++ranges == MaxRanges)
            {
                break;
            }
        }

        return quality;
    }

    private static int QualityOf(ReadOnlySpan<char> parameters)
    {
        foreach (Range part in parameters.Split(';'))
        {
            ReadOnlySpan<char> parameter = parameters[part].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                return decimal.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal q)
                    && q is >= 0 and <= 1
                    ? (int)(q * 1000)
                    : 0;
            }
        }

        return 1000;
    }
}
