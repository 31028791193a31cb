using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Unicode;

namespace Linnet.Wire.Rtsp;

/// <summary>An <c>rtsp://host[:port]/station[/rendition[/track]]</c> address, or one of <c>rtsps:</c>, RTSP over TLS.</summary>
/// <remarks>
/// Source: RFC 2326 §3.2, RFC 3986; RFC 7826 §4.2 for <c>rtsps:</c>. A user's name and password are kept apart: no printed or sent address
/// holds them. <c>rtspu:</c> (RTSP over UDP) is refused, and so is anything that is not visible ASCII.
/// </remarks>
internal sealed class RtspUri
{
    /// <summary>
    /// The port when none is named (RFC 2326 §3.2). For addresses that people give Linnet has another rule: see <see cref="HasPort"/>.
    /// </summary>
    public const int DefaultPort = 554;

    /// <summary>The same for <c>rtsps:</c> (RFC 7826 §4.2).</summary>
    public const int DefaultTlsPort = 322;

    /// <summary>The most characters an address may have.</summary>
    public const int MaxLength = 2048;

    /// <summary>The most parts a path may have.</summary>
    public const int MaxSegments = 16;

    /// <summary>The scheme without TLS.</summary>
    internal const string PlainScheme = "rtsp";

    /// <summary>The scheme of RTSP over TLS.</summary>
    internal const string TlsScheme = "rtsps";

    private const string Separator = "://";
    private const int MaxHostLength = 255;

    private readonly int? _port;

    private RtspUri(bool isTls, string host, int? port, string path, string query, string[] segments, RtspCredentials? credentials)
    {
        IsTls = isTls;
        Credentials = credentials;
        Host = host;
        _port = port;
        HasPort = port is not null;
        Port = port ?? (isTls ? DefaultTlsPort : DefaultPort);
        Authority = (host.Contains(':') ? $"[{ZonedHost.Without(host)}]" : host)
            + (port is null ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}"));
        Path = path;
        Query = query;
        Segments = segments;
    }

    /// <summary>Whether it is an address of <c>rtsps:</c>.</summary>
    public bool IsTls { get; }

    /// <summary>The scheme: <c>rtsp</c> or <c>rtsps</c>.</summary>
    public string Scheme => IsTls ? TlsScheme : PlainScheme;

    /// <summary>A name or an address to connect to; IPv6 without its brackets, with the zone that a link-local one needs.</summary>
    public string Host { get; }

    /// <summary>The port to connect to, 1 to 65535.</summary>
    public int Port { get; }

    /// <summary>Host and port as they stand in the address, but for a zone: that is the sender's own matter (RFC 6874 §4).</summary>
    public string Authority { get; }

    /// <summary>The path as it came, percent signs and all: empty, or starting with a slash.</summary>
    public string Path { get; }

    /// <summary>What follows the question mark, as it came; else empty.</summary>
    public string Query { get; }

    /// <summary>
    /// The parts of the path, decoded, empty ones left out. None holds a slash or a control, or is <c>.</c> or <c>..</c>.
    /// </summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>
    /// Whether the port is known: the address names it, or it was found. Where the address that a person gave names none, a client looks at
    /// 8554, Linnet's own, and then at 554; for <c>rtsps:</c> at 8322, and then at 322.
    /// </summary>
    internal bool HasPort { get; private init; }

    /// <summary>Who asks, if the address says so.</summary>
    internal RtspCredentials? Credentials { get; }

    /// <summary>Reads an address that came from anyone. Never throws.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RtspUri? uri)
    {
        uri = null;
        if (text is null || text.Length > MaxLength || !RtspGrammar.IsUri(text) || text.Contains('#'))
        {
            return false;
        }

        bool isTls = text.StartsWith(TlsScheme + Separator, StringComparison.OrdinalIgnoreCase);
        if (!isTls && !text.StartsWith(PlainScheme + Separator, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text.AsSpan((isTls ? TlsScheme : PlainScheme).Length + Separator.Length);
        int end = rest.IndexOfAny('/', '?');
        ReadOnlySpan<char> authority = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[end..];
        int at = authority.LastIndexOf('@');
        RtspCredentials? credentials = null;
        if (at > 0 && !RtspCredentials.TryParse(authority[..at], out credentials))
        {
            return false;
        }

        authority = authority[(at + 1)..];

        int question = rest.IndexOf('?');
        ReadOnlySpan<char> path = question < 0 ? rest : rest[..question];
        string query = question < 0 ? "" : rest[(question + 1)..].ToString();
        if (!TryParseAuthority(authority, out string host, out int? port) || !TryDecode(path, out string[] segments))
        {
            return false;
        }

        uri = new RtspUri(isTls, host, port, path.ToString(), query, segments, credentials);
        return true;
    }

    /// <summary>Takes an address that a person gave, with its zone. Never throws.</summary>
    internal static bool TryParse(Uri? given, [NotNullWhen(true)] out RtspUri? uri)
    {
        uri = null;
        if (given is not { IsAbsoluteUri: true } || !TryParse(given.AbsoluteUri, out RtspUri? read))
        {
            return false;
        }

        string host = read.Host.Contains(':') ? ZonedHost.Of(given) : read.Host;
        uri = new RtspUri(read.IsTls, host, read._port, read.Path, read.Query, [.. read.Segments], read.Credentials);
        return true;
    }

    /// <summary>The same address at another port, which is known from now on. RTSP's own stays unsaid.</summary>
    internal RtspUri WithPort(int port) =>
        new(IsTls, Host, port == (IsTls ? DefaultTlsPort : DefaultPort) ? null : port, Path, Query, [.. Segments], Credentials)
        {
            HasPort = true,
        };

    /// <summary>The address without user, password and zone, otherwise as received, for use in a request.</summary>
    public override string ToString() => $"{Scheme}{Separator}{Authority}{Path}{(Query.Length == 0 ? "" : "?")}{Query}";

    private static bool TryParseAuthority(ReadOnlySpan<char> authority, out string host, out int? port)
    {
        host = "";
        port = null;
        int bracket = authority.IndexOf(']');
        int colon = authority[(bracket + 1)..].IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? authority : authority[..(bracket + 1 + colon)];
        ReadOnlySpan<char> digits = colon < 0 ? [] : authority[(bracket + 1 + colon + 1)..];
        if (!digits.IsEmpty)
        {
            if (!ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) || number == 0)
            {
                return false;
            }

            port = number;
        }

        if (name is ['[', .. var literal, ']'])
        {
            // A zone's percent sign is itself encoded (RFC 6874). Whether there is such a zone is seen when one connects.
            host = ZonedHost.Decoded(literal.ToString());
            return host.Contains(':') && host.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '%' or '-' or '_')
                && IPAddress.TryParse(ZonedHost.Without(host), out _);
        }

        host = name.ToString();
        return name.Length is > 0 and <= MaxHostLength && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }

    private static bool TryDecode(ReadOnlySpan<char> path, out string[] segments)
    {
        segments = path.ToString().Split('/', MaxSegments + 2, StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length > MaxSegments)
        {
            return false;
        }

        for (int i = 0; i < segments.Length; i++)
        {
            if (!TryDecodeSegment(segments[i], out segments[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDecodeSegment(string encoded, out string decoded)
    {
        decoded = "";
        Span<byte> bytes = stackalloc byte[MaxLength];
        int length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
            {
                bytes[length++] = (byte)encoded[i];
            }
            else if (i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
            {
                bytes[length++] = byte.Parse(encoded.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                return false;
            }
        }

        if (!Utf8.IsValid(bytes[..length]))
        {
            return false;
        }

        decoded = Encoding.UTF8.GetString(bytes[..length]);
        return decoded is not ("." or "..") && !decoded.Any(c => c == '/' || char.IsControl(c));
    }
}
