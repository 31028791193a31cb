using System.Globalization;

namespace Linnet.Wire.Sdp;

/// <summary>The meaning of a payload type: the <c>rtpmap</c> and <c>fmtp</c> of one format.</summary>
/// <param name="PayloadType">0 to 127.</param>
/// <param name="EncodingName">The registered name, as received: <c>L16</c>, <c>opus</c>, <c>PCMU</c>. Compared without case.</param>
/// <param name="ClockRate">Ticks per second of the RTP timestamp; at least 1.</param>
/// <param name="Channels">At least 1; 1 if not stated.</param>
/// <param name="Parameters">The <c>fmtp</c> line without the payload type; may be empty.</param>
/// <remarks>Source: RFC 8866 §6.6, §6.15; RFC 3551 §6 for the static types.</remarks>
internal sealed record RtpMap(byte PayloadType, string EncodingName, int ClockRate, int Channels, string Parameters = "")
{
    /// <summary>The highest payload type.</summary>
    public const byte MaxPayloadType = 127;

    private const int MaxChannels = 255;

    /// <summary>The value of the <c>rtpmap</c> attribute.</summary>
    public override string ToString() => Channels == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{PayloadType} {EncodingName}/{ClockRate}")
        : string.Create(CultureInfo.InvariantCulture, $"{PayloadType} {EncodingName}/{ClockRate}/{Channels}");

    /// <summary>
    /// The meaning of a payload type without an <c>rtpmap</c>; <see langword="null"/> if Linnet does not know it.
    /// </summary>
    public static RtpMap? Static(byte payloadType) => payloadType switch
    {
        0 => new RtpMap(0, "PCMU", 8000, 1),
        3 => new RtpMap(3, "GSM", 8000, 1),
        8 => new RtpMap(8, "PCMA", 8000, 1),
        9 => new RtpMap(9, "G722", 8000, 1),
        10 => new RtpMap(10, "L16", 44_100, 2),
        11 => new RtpMap(11, "L16", 44_100, 1),
        14 => new RtpMap(14, "MPA", 90_000, 1),
        _ => null,
    };

    /// <summary>Reads the value of an <c>rtpmap</c> attribute; <see langword="null"/> if it is malformed.</summary>
    internal static RtpMap? Parse(string value)
    {
        if (!TryTakePayloadType(value, out byte payloadType, out string rest))
        {
            return null;
        }

        string[] parts = rest.Split('/', 4);
        int channels = 1;
        if (parts.Length < 2 || parts[0].Length == 0 || parts[0].AsSpan().ContainsAny(' ', '\t')
            || !TryParsePositive(parts[1], int.MaxValue, out int rate)
            || (parts.Length > 2 && !TryParsePositive(parts[2], MaxChannels, out channels)))
        {
            return null;
        }

        return new RtpMap(payloadType, parts[0], rate, channels);
    }

    /// <summary>Splits off the payload type at the start of <c>rtpmap</c> and <c>fmtp</c>.</summary>
    internal static bool TryTakePayloadType(string value, out byte payloadType, out string rest)
    {
        string trimmed = value.Trim();
        int space = trimmed.AsSpan().IndexOfAny(' ', '\t');
        rest = space < 0 ? "" : trimmed[space..].TrimStart();
        return TryParsePayloadType(space < 0 ? trimmed : trimmed[..space], out payloadType);
    }

    internal static bool TryParsePayloadType(string text, out byte payloadType) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out payloadType) && payloadType <= MaxPayloadType;

    private static bool TryParsePositive(string text, int most, out int number) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most;
}
