using System.Globalization;

namespace Linnet.Wire.Sdp;

/// <summary>One media section: an <c>m=</c> line and what belongs to it.</summary>
/// <remarks>Source: RFC 8866 §5.14.</remarks>
public sealed class MediaDescription
{
    /// <summary>Plain RTP: all that a stranger may be shown.</summary>
    public const string RtpAvp = "RTP/AVP";

    /// <summary><c>audio</c>, <c>video</c>, <c>application</c> …</summary>
    public required string Type { get; init => field = SdpGrammar.Field(value, "A media type"); }

    /// <summary>The port media is sent to, 0 to 65535; 0 where RTSP settles it.</summary>
    public int Port
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
            field = value;
        }
    }

    /// <summary>The transport: <see cref="RtpAvp"/>, <c>RTP/SAVP</c> …</summary>
    public string Protocol { get; init => field = SdpGrammar.Field(value, "A media protocol"); } = RtpAvp;

    /// <summary>The formats, best first: with RTP, payload types in digits.</summary>
    public IReadOnlyList<string> Formats
    {
        get;
        init => field = [.. value.Select(format => SdpGrammar.Field(format, "A media format"))];
    } = [];

    /// <summary>Where this media goes, if not where the session's <c>c=</c> says.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>The attributes, in order.</summary>
    public IReadOnlyList<AttributeLine> Attributes { get; init; } = [];

    /// <summary>Whether this is sound in plain RTP. <c>RTP/AVPF</c> counts, for feedback need not be sent.</summary>
    public bool IsRtpAudio => Type == "audio" && Protocol is RtpAvp or RepairOffer.RtpAvpf;

    /// <summary>The value of <c>a=control</c>: see <see cref="SdpControl"/>.</summary>
    public string? Control => Value("control");

    /// <summary>How much sound one packet holds, as <c>a=ptime</c> tells it: for information only.</summary>
    public TimeSpan? PacketTime =>
        double.TryParse(Value("ptime"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double ms)
            && ms is > 0 and <= 10_000
            ? TimeSpan.FromMilliseconds(ms)
            : null;

    /// <summary>Describes sound in one format, as every player understands it.</summary>
    /// <param name="format">The one format: more than one payload type breaks common players.</param>
    /// <param name="control">Absolute URI of the stream for SETUP, or <see langword="null"/> outside RTSP.</param>
    /// <param name="packetTime">How much sound a packet holds.</param>
    /// <param name="port">0 where RTSP settles it.</param>
    /// <param name="repair">How losses can be repaired: only for those who said that they know what that is.</param>
    public static MediaDescription Audio(
        RtpMap format, string? control, TimeSpan? packetTime = null, int port = 0, RepairOffer? repair = null)
    {
        ArgumentNullException.ThrowIfNull(format);

        string payloadType = format.PayloadType.ToString(CultureInfo.InvariantCulture);
        var attributes = new List<AttributeLine> { new("rtpmap", format.ToString()) };
        if (format.Parameters.Length > 0)
        {
            attributes.Add(new AttributeLine("fmtp", $"{payloadType} {format.Parameters}"));
        }

        if (repair is not null)
        {
            attributes.AddRange(repair.AttributesFor(format));
        }

        if (packetTime is TimeSpan time)
        {
            attributes.Add(new AttributeLine("ptime", time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)));
        }

        if (control is not null)
        {
            attributes.Add(new AttributeLine("control", control));
        }

        IEnumerable<string> repairTypes = repair?.PayloadTypes.Select(type => type.ToString(CultureInfo.InvariantCulture)) ?? [];
        return new MediaDescription
        {
            Type = "audio",
            Port = port,
            Protocol = repair is null ? RtpAvp : RepairOffer.RtpAvpf,
            Formats = [payloadType, .. repairTypes],
            Attributes = attributes,
        };
    }

    /// <summary>
    /// The formats that Linnet can name: those with an <c>rtpmap</c>, and static ones without. In the order of <see cref="Formats"/>.
    /// </summary>
    public IReadOnlyList<RtpMap> RtpMaps()
    {
        var maps = new List<RtpMap>();
        foreach (string format in Formats)
        {
            if (RtpMap.TryParsePayloadType(format, out byte payloadType)
                && (MapOf(payloadType) ?? RtpMap.Static(payloadType)) is RtpMap map)
            {
                maps.Add(map with { Parameters = ParametersOf(payloadType) });
            }
        }

        return maps;
    }

    /// <summary>
    /// The value of the first attribute with that name; empty if it has none, <see langword="null"/> if there is no such attribute.
    /// </summary>
    public string? Value(string name) => SessionDescription.Value(Attributes, name);

    private RtpMap? MapOf(byte payloadType) => Attributes
        .Where(attribute => attribute.Name == "rtpmap")
        .Select(attribute => RtpMap.Parse(attribute.Value ?? ""))
        .FirstOrDefault(map => map?.PayloadType == payloadType);

    private string ParametersOf(byte payloadType)
    {
        foreach (AttributeLine attribute in Attributes)
        {
            if (attribute.Name == "fmtp" && RtpMap.TryTakePayloadType(attribute.Value ?? "", out byte type, out string rest)
                && type == payloadType)
            {
                return rest;
            }
        }

        return "";
    }
}
