using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Linnet.Wire.Sdp;

/// <summary>A session description: which media it has, where, and in which formats.</summary>
/// <remarks>Source: RFC 8866. Times, bandwidths, keys and contacts are not kept. Writes <c>t=0 0</c>: a session without end.</remarks>
internal sealed class SessionDescription
{
    /// <summary>The content type of a description.</summary>
    public const string ContentType = "application/sdp";

    /// <summary>The <c>o=</c> line.</summary>
    public SdpOrigin Origin { get; init; } = SdpOrigin.Unknown;

    /// <summary>The <c>s=</c> line: the session's name. <c>-</c> if it has none.</summary>
    public string Name { get; init => field = SdpGrammar.Text(value.Length == 0 ? "-" : value, "A session's name"); } = "-";

    /// <summary>The <c>i=</c> line: a sentence about the session.</summary>
    public string? Information { get; init => field = value is null ? null : SdpGrammar.Text(value, "A session's information"); }

    /// <summary>The <c>c=</c> line: the destination of media sections without one.</summary>
    public SdpConnection? Connection { get; init; }

    /// <summary>The attributes before the first media section.</summary>
    public IReadOnlyList<AttributeLine> Attributes { get; init; } = [];

    /// <summary>The media sections, in order.</summary>
    public IReadOnlyList<MediaDescription> Media { get; init; } = [];

    /// <summary>The session's <c>a=control</c>: see <see cref="SdpControl"/>.</summary>
    public string? Control => Value("control");

    /// <summary>Reads an untrusted description. Never throws.</summary>
    /// <param name="bytes">UTF-8. Lines may end in CRLF, LF or CR. Malformed and unknown lines are skipped if the rest makes
    /// sense.</param>
    /// <param name="description">The parsed description.</param>
    /// <param name="limits">The limits to enforce; <see langword="null"/>: <see cref="SdpLimits.Default"/>.</param>
    /// <returns>
    /// <see langword="false"/> if it does not start with <c>v=0</c>, if an <c>m=</c> line is malformed, or if it exceeds a limit.
    /// </returns>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SessionDescription? description, SdpLimits? limits = null) =>
        SdpParser.TryParse(bytes, (limits ?? SdpLimits.Default).ThrowIfInvalid(), out description);

    /// <summary>The description as it goes over the wire: UTF-8, lines ending in CRLF.</summary>
    public byte[] ToArray() => Encoding.UTF8.GetBytes(ToString());

    /// <summary>The description as text, lines ending in CRLF.</summary>
    public override string ToString()
    {
        // The order of lines is fixed (RFC 8866 §5).
        var text = new StringBuilder(512);
        Append(text, 'v', "0");
        Append(text, 'o', Origin.ToString());
        Append(text, 's', Name);
        Append(text, 'i', Information);
        Append(text, 'c', Connection?.ToString());
        Append(text, 't', "0 0");
        Append(text, Attributes);
        foreach (MediaDescription media in Media)
        {
            Append(text, 'm', string.Create(
                CultureInfo.InvariantCulture, $"{media.Type} {media.Port} {media.Protocol} {string.Join(' ', media.Formats)}"));
            Append(text, 'c', media.Connection?.ToString());
            Append(text, media.Attributes);
        }

        return text.ToString();
    }

    /// <summary>Lists the audio that the description offers: each format of each audio section in plain RTP, in order.</summary>
    /// <param name="baseUri">The base of relative control URIs: <c>RtspResponse.BaseUri</c>; empty outside RTSP.</param>
    public IReadOnlyList<AudioOffer> AudioOffers(string baseUri = "")
    {
        string sessionUri = SdpControl.Resolve(baseUri, Control);
        var offers = new List<AudioOffer>();
        foreach (MediaDescription media in Media.Where(media => media.IsRtpAudio))
        {
            string controlUri = SdpControl.Resolve(sessionUri, media.Control);
            offers.AddRange(media.RtpMaps().Select(map => new AudioOffer(map, controlUri, media)));
        }

        return offers;
    }

    /// <summary>Gets the URI for requests about the whole session (PLAY, PAUSE, TEARDOWN).</summary>
    /// <param name="baseUri">See <see cref="AudioOffers"/>.</param>
    /// <remarks>Source: RFC 2326 §C.1.1.</remarks>
    public string AggregateUri(string baseUri) => SdpControl.Resolve(baseUri, Control);

    /// <summary>
    /// The value of the session's first attribute of that name; empty if the attribute has none, <see langword="null"/> if there is no
    /// such attribute.
    /// </summary>
    public string? Value(string name) => Value(Attributes, name);

    internal static string? Value(IReadOnlyList<AttributeLine> attributes, string name)
    {
        foreach (AttributeLine attribute in attributes)
        {
            if (attribute.Name == name)
            {
                return attribute.Value?.Trim() ?? "";
            }
        }

        return null;
    }

    private static void Append(StringBuilder text, char type, string? value)
    {
        if (value is not null)
        {
            text.Append(type).Append('=').Append(value).Append("\r\n");
        }
    }

    private static void Append(StringBuilder text, IReadOnlyList<AttributeLine> attributes)
    {
        foreach (AttributeLine attribute in attributes)
        {
            Append(text, 'a', attribute.ToString());
        }
    }
}
