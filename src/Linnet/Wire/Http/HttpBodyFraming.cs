using System.Globalization;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>How the end of a body is found.</summary>
internal enum HttpBodyKind
{
    /// <summary>The end of the connection ends the body, as with a source that sends neither length nor chunks.</summary>
    UntilClose,

    /// <summary>After a number of bytes.</summary>
    Length,

    /// <summary>In chunks.</summary>
    Chunked,
}

/// <summary>How long a body is.</summary>
/// <param name="Kind">How its end is found.</param>
/// <param name="Length">Its bytes, if <paramref name="Kind"/> is <see cref="HttpBodyKind.Length"/>.</param>
/// <remarks>Source: RFC 9112 §6.</remarks>
internal readonly record struct HttpBodyFraming(HttpBodyKind Kind, long Length = 0)
{
    /// <summary>Reads it from a head. Both a length and chunks are refused: so a message is smuggled past a proxy (§6.3).</summary>
    internal static bool TryParse(MessageHeaders headers, out HttpBodyFraming framing)
    {
        framing = default;
        string? coding = null;
        foreach (string value in headers.All("Transfer-Encoding"))
        {
            if (coding is not null
                || !(value.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                || value.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }

            coding = value;
        }

        bool isChunked = coding is not null && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        long? length = null;
        foreach (string value in headers.All("Content-Length"))
        {
            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || (length ?? number) != number)
            {
                return false;
            }

            length = number;
        }

        framing = isChunked
            ? new(HttpBodyKind.Chunked) : length is long known ? new(HttpBodyKind.Length, known) : new(HttpBodyKind.UntilClose);
        return !isChunked || length is null;
    }
}
