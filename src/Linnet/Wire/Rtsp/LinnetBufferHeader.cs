using System.Globalization;

namespace Linnet.Wire.Rtsp;

/// <summary>
/// The <c>Linnet-Buffer</c> header of a <c>PLAY</c> request: the milliseconds of sound a player holds before it plays, so that a server
/// that still has them sends them at once. Our own; others ignore headers they do not know (RFC 2326 §12).
/// </summary>
internal static class LinnetBufferHeader
{
    // A buffer of more would be a recording.
    private const int MaxMs = 60_000;

    /// <summary>Reads the header. Never throws.</summary>
    public static bool TryParse(string? text, out TimeSpan buffer)
    {
        bool isNumber =
            int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int ms)
                && ms <= MaxMs;
        buffer = isNumber ? TimeSpan.FromMilliseconds(ms) : default;
        return isNumber;
    }

    /// <summary>The header's value, rounded up.</summary>
    public static string Write(TimeSpan buffer) =>
        ((int)Math.Clamp(Math.Ceiling(buffer.TotalMilliseconds), 0, MaxMs)).ToString(CultureInfo.InvariantCulture);
}
