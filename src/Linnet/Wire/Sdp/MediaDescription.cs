using System.Globalization;

namespace Linnet.Wire.Sdp;

/// <summary>One media section: an <c>m=</c> line and the lines that belong to it.</summary>
/// <remarks>Source: RFC 8866 §5.14.</remarks>
internal sealed class MediaDescription
{
    /// <summary>Plain RTP: the only protocol that every client understands.</summary>
    public const string RtpAvp = "RTP/AVP";

    /// <summary><c>audio</c>, <c>video</c>, <c>application</c> …</summary>
    public required string Type { get; init => field = SdpGrammar.Field(value, "A media type"); }

    /// <summary>The destination port, 0 to 65535; 0 if RTSP negotiates it.</summary>
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

    /// <summary>The formats, best first. For RTP, payload types in digits.</summary>
    public IReadOnlyList<string> Formats
    {
        get;
        init => field = [.. value.Select(format => SdpGrammar.Field(format, "A media format"))];
    } = [];

    /// <summary>The destination of this media, if it differs from the session's <c>c=</c>.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>The attributes, in order.</summary>
    public IReadOnlyList<AttributeLine> Attributes { get; init; } = [];

    /// <summary>Whether this is audio in plain RTP. <c>RTP/AVPF</c> counts too, because feedback is optional.</summary>
    public bool IsRtpAudio => Type == "audio" && Protocol is RtpAvp or RepairOffer.RtpAvpf;

    /// <summary>The value of <c>a=control</c>: see <see cref="SdpControl"/>.</summary>
    public string? Control => Value("control");

    /// <summary>Describes audio in one format, in a form that every player understands.</summary>
    /// <param name="format">The format. Only one, because several payload types break common players.</param>
    /// <param name="control">Absolute URI of the stream for SETUP; <see langword="null"/> outside RTSP.</param>
    /// <param name="packetTime">The duration of one packet.</param>
    /// <param name="port">The destination port; 0 if RTSP negotiates it.</param>
    /// <param name="repair">How losses can be repaired. Only for clients that support it.</param>
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
    /// The formats known to Linnet: those with an <c>rtpmap</c>, and static ones without. In the order of <see cref="Formats"/>.
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
    /// The value of the first attribute of that name; empty if the attribute has none, <see langword="null"/> if there is no such
    /// attribute.
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
