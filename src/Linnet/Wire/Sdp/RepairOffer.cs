using System.Globalization;

namespace Linnet.Wire.Sdp;

/// <summary>How lost packets of a format can be repaired: by retransmission, or from copies in later packets.</summary>
/// <remarks>Source: RFC 4585 §4.2 (<c>rtcp-fb</c>), RFC 4588 §8 (<c>rtx</c>), RFC 2198 §5 (<c>red</c>), RFC 5506 §5
/// (<c>rtcp-rsize</c>).</remarks>
internal sealed record RepairOffer
{
    /// <summary>RTP with timely feedback.</summary>
    public const string RtpAvpf = "RTP/AVPF";

    /// <summary>No repair.</summary>
    public static RepairOffer None { get; } = new();

    /// <summary>
    /// The payload type of retransmissions, requested by generic NACK; <see langword="null"/> if not offered.
    /// </summary>
    public byte? RtxPayloadType { get; init; }

    /// <summary>The payload type of packets with copies of earlier ones; <see langword="null"/> if not offered.</summary>
    public byte? RedPayloadType { get; init; }

    /// <summary>How long a packet can be retransmitted; <see langword="null"/> if not stated.</summary>
    public TimeSpan? RtxTime { get; init; }

    /// <summary>Whether feedback may be sent without a report before it.</summary>
    public bool ReducedSize { get; init; }

    /// <summary>Whether the receiver can choose which copies are sent. Not part of SDP.</summary>
    public bool CopiesOnRequest { get; init; }

    /// <summary>Reads what an untrusted media section offers for one of its formats.</summary>
    public static RepairOffer Read(MediaDescription media, RtpMap format)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(format);

        RepairOffer offer = None;
        foreach (RtpMap map in media.RtpMaps().Where(map => map.PayloadType != format.PayloadType && map.ClockRate == format.ClockRate))
        {
            if (Is(map, "red") && offer.RedPayloadType is null && Repeats(map, format.PayloadType))
            {
                offer = offer with { RedPayloadType = map.PayloadType };
            }
            else if (Is(map, "rtx") && offer.RtxPayloadType is null && NumberOf(map, "apt") == format.PayloadType
                && TakesNack(media, format.PayloadType))
            {
                int? ms = NumberOf(map, "rtx-time");
                offer = offer with { RtxPayloadType = map.PayloadType, RtxTime = ms is null ? null : TimeSpan.FromMilliseconds(ms.Value) };
            }
        }

        return offer with { ReducedSize = media.Value("rtcp-rsize") is not null };
    }

    /// <summary>The payload types that the offer adds to the section's formats.</summary>
    internal IEnumerable<byte> PayloadTypes => new[] { RtxPayloadType, RedPayloadType }.OfType<byte>();

    /// <summary>The attributes that state the offer.</summary>
    internal IEnumerable<AttributeLine> AttributesFor(RtpMap format)
    {
        string type = Text(format.PayloadType);
        if (RtxPayloadType is byte rtx)
        {
            yield return new AttributeLine("rtpmap", new RtpMap(rtx, "rtx", format.ClockRate, 1).ToString());
            yield return new AttributeLine(
                "fmtp", $"{Text(rtx)} apt={type}{(RtxTime is TimeSpan time ? $";rtx-time={Text((int)time.TotalMilliseconds)}" : "")}");
            yield return new AttributeLine("rtcp-fb", $"{type} nack");
        }

        if (RedPayloadType is byte red)
        {
            yield return new AttributeLine("rtpmap", new RtpMap(red, "red", format.ClockRate, format.Channels).ToString());
            yield return new AttributeLine("fmtp", $"{Text(red)} {type}/{type}");
        }

        if (ReducedSize)
        {
            yield return new AttributeLine("rtcp-rsize");
        }
    }

    // fmtp lists the payload types of the blocks. Some senders leave it out, or put other text there.
    private static bool Repeats(RtpMap red, byte payloadType)
    {
        string[] types = red.Parameters.Split('/', StringSplitOptions.TrimEntries);
        return !types.All(type => RtpMap.TryParsePayloadType(type, out _)) || types.Contains(Text(payloadType));
    }

    private static bool TakesNack(MediaDescription media, byte payloadType) => media.Attributes.Any(attribute =>
        attribute.Name == "rtcp-fb"
        && attribute.Value?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [string type, "nack"]
        && (type == "*" || type == Text(payloadType)));

    private static int? NumberOf(RtpMap map, string name)
    {
        foreach (string parameter in map.Parameters.Split(';', StringSplitOptions.TrimEntries))
        {
            string[] parts = parameter.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0] == name
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return number;
            }
        }

        return null;
    }

    private static bool Is(RtpMap map, string name) => map.EncodingName.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
