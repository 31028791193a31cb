using System.Globalization;
using System.Net;
using Linnet.Wire.Http;

namespace Linnet.Wire.Proxy;

/// <summary>What one HTTP proxy says of who sent it a request.</summary>
/// <param name="Client">Its address; <see langword="null"/>: it does not say it, or not as an IP address.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>, if it says so.</param>
/// <param name="Host">By which name and port the client reached it, if it says so and that can be written into an address.</param>
internal readonly record struct ForwardedHop(IPEndPoint? Client, string? Scheme, string? Host)
{
    // The longest IPv6 address in brackets and a port are 53 characters; names that hide an address may be longer, and are not read.
    private const int MaxNode = 64;

    /// <summary>What <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> say, nearest proxy first.</summary>
    internal static IEnumerable<ForwardedHop> OfLists(HttpHeaders headers)
    {
        string[] schemes = [.. FromRight(headers, "X-Forwarded-Proto", ForwardedHeaders.MaxHops)];
        string[] hosts = [.. FromRight(headers, "X-Forwarded-Host", ForwardedHeaders.MaxHops)];
        int i = 0;
        foreach (string node in FromRight(headers, "X-Forwarded-For", ForwardedHeaders.MaxHops + 1))
        {
            yield return new ForwardedHop(NodeOf(node), SchemeOf(At(schemes, i)), HostOf(At(hosts, i)));
            i++;
        }

        // Many a proxy says only the last of a list, or only one of a client that came through several.
        static string? At(string[] list, int index) => list.Length == 0 ? null : list[Math.Min(index, list.Length - 1)];
    }

    /// <summary>What <c>Forwarded</c> says, nearest proxy first.</summary>
    /// <remarks>Source: RFC 7239 §4.</remarks>
    internal static IEnumerable<ForwardedHop> OfForwarded(HttpHeaders headers)
    {
        foreach (string element in FromRight(headers, "Forwarded", ForwardedHeaders.MaxHops + 1))
        {
            ForwardedHop hop = default;
            foreach (string pair in SplitFromRight(element, ';'))
            {
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                string value = equals < 0 ? "" : Unquote(pair[(equals + 1)..].Trim());
                hop = (equals < 0 ? "" : pair[..equals].Trim().ToLowerInvariant()) switch
                {
                    "for" => hop with { Client = NodeOf(value) },
                    "proto" => hop with { Scheme = SchemeOf(value) },
                    "host" => hop with { Host = HostOf(value) },
                    _ => hop,
                };
            }

            yield return hop;
        }
    }

    /// <summary>The last value of a header that is a list: <c>https</c> or <c>http</c>, if it is that.</summary>
    internal static string? SchemeOf(string? text) =>
        string.Equals(text, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttps
        : string.Equals(text, Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttp
        : null;

    internal static string? HostOf(string? text) => HttpTarget.UsableAuthority(text) is { Length: > 0 } host ? host : null;

    /// <summary>
    /// The elements of a list, last first, over all lines of the header; no more than asked for, whatever a stranger wrote before them.
    /// </summary>
    internal static IEnumerable<string> FromRight(HttpHeaders headers, string name, int most) =>
        headers.All(name).Reverse().SelectMany(static line => SplitFromRight(line, ',')).Take(most);

    /// <summary>
    /// An address as proxies write it: <c>192.0.2.1</c>, <c>192.0.2.1:4711</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:4711</c>.
    /// </summary>
    /// <remarks>Source: RFC 7239 §6; bare IPv6 addresses are <c>X-Forwarded-For</c>'s. A port may be a word that hides it.</remarks>
    internal static IPEndPoint? NodeOf(string node)
    {
        if (node.Length is 0 or > MaxNode)
        {
            return null;
        }

        ReadOnlySpan<char> host = node;
        ReadOnlySpan<char> port = default;
        int close = node.IndexOf(']', StringComparison.Ordinal);
        bool isBracketed = node[0] == '[' && close > 0;
        if (isBracketed)
        {
            host = node.AsSpan(1, close - 1);
            port = node.AsSpan(close + 1);
        }
        else if (node.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && colon == node.LastIndexOf(':'))
        {
            host = node.AsSpan(0, colon);
            port = node.AsSpan(colon);
        }

        bool isV6 = host.Contains(':');
        if ((port.Length > 0 && port[0] != ':') || host.ContainsAny("%[]/") || (isBracketed && !isV6)
            || !IPAddress.TryParse(host, out IPAddress? address) || !(isV6 || host.SequenceEqual(address.ToString())))
        {
            return null;
        }

        _ = ushort.TryParse(port.Length > 0 ? port[1..] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out ushort number);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, number);
    }

    /// <summary>
    /// Splits where quotes do not forbid it. From the right, so that nothing at the left, which a stranger wrote, changes what a proxy
    /// wrote behind it.
    /// </summary>
    private static IEnumerable<string> SplitFromRight(string text, char separator)
    {
        int end = text.Length;
        bool isQuoted = false;
        for (int i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == separator && !isQuoted)
            {
                if (text[(i + 1)..end].Trim() is { Length: > 0 } part)
                {
                    yield return part;
                }

                end = i;
            }
        }

        if (text[..end].Trim() is { Length: > 0 } first)
        {
            yield return first;
        }
    }

    // No address, scheme or host holds a character that has to be escaped.
    private static string Unquote(string value) => value is ['"', .., '"'] ? value[1..^1] : value;
}
