namespace Linnet.Wire.Rtsp;

/// <summary>The headers that Linnet reads or writes. Names are compared without case.</summary>
/// <remarks>Source: RFC 2326 §12. <see cref="Supported"/> is RFC 7826 §18.51, <see cref="UserAgent"/> RFC 2616 §14.43.</remarks>
internal static class RtspHeaderNames
{
#pragma warning disable CS1591 // A constant that is the header's own name says all there is to say.
    public const string Accept = "Accept";
    public const string Allow = "Allow";
    public const string Authorization = "Authorization";
    public const string CacheControl = "Cache-Control";
    public const string Connection = "Connection";
    public const string ContentBase = "Content-Base";
    public const string ContentLength = "Content-Length";
    public const string ContentLocation = "Content-Location";
    public const string ContentType = "Content-Type";
    public const string CSeq = "CSeq";
    public const string Date = "Date";
    public const string LinnetBuffer = "Linnet-Buffer";
    public const string LinnetRendition = "Linnet-Rendition";
    public const string LinnetRoute = "Linnet-Route";
    public const string LinnetSrtp = "Linnet-Srtp";
    public const string Location = "Location";
    public const string Public = "Public";
    public const string Range = "Range";
    public const string Require = "Require";
    public const string RtpInfo = "RTP-Info";
    public const string Scale = "Scale";
    public const string Server = "Server";
    public const string Session = "Session";
    public const string Supported = "Supported";
    public const string Transport = "Transport";
    public const string Unsupported = "Unsupported";
    public const string UserAgent = "User-Agent";
    public const string WwwAuthenticate = "WWW-Authenticate";
#pragma warning restore CS1591

    private static readonly string[] All =
    [
        Accept, Allow, Authorization, CacheControl, Connection, ContentBase, ContentLength, ContentLocation, ContentType, CSeq, Date,
        LinnetBuffer, LinnetRendition, LinnetRoute, LinnetSrtp, Location, Public, Range, Require, RtpInfo, Scale, Server, Session,
        Supported, Transport, Unsupported, UserAgent, WwwAuthenticate,
    ];

    /// <summary>The constant spelt exactly as <paramref name="name"/>, or a new string.</summary>
    internal static string Intern(ReadOnlySpan<char> name)
    {
        foreach (string known in All)
        {
            if (name.SequenceEqual(known))
            {
                return known;
            }
        }

        return name.ToString();
    }
}
