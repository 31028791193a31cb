using System.Globalization;
using System.Net;
using Linnet.Wire.Http;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Proxy;

/// <summary>What one HTTP proxy states about the client that sent it a request.</summary>
/// <param name="Client">The client's address; <see langword="null"/> if not stated, or not as an IP address.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>, if stated.</param>
/// <param name="Host">The name and port by which the client reached the proxy, if stated and usable in an address.</param>
internal readonly record struct ForwardedHop(IPEndPoint? Client, string? Scheme, string? Host)
{
    // The longest IPv6 address in brackets and a port take 53 characters. Obfuscated names may be longer and are not read.
    private const int MaxNode = 64;

    /// <summary>Reads <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>, nearest proxy first.</summary>
    internal static IEnumerable<ForwardedHop> OfLists(MessageHeaders headers)
    {
        string[] schemes = [.. FromRight(headers, "X-Forwarded-Proto", ForwardedHeaders.MaxHops)];
        string[] hosts = [.. FromRight(headers, "X-Forwarded-Host", ForwardedHeaders.MaxHops)];
        int i = 0;
        foreach (string node in FromRight(headers, "X-Forwarded-For", ForwardedHeaders.MaxHops + 1))
        {
            yield return new ForwardedHop(NodeOf(node), SchemeOf(At(schemes, i)), HostOf(At(hosts, i)));
            i++;
        }

        // Many proxies give only the last item of a list, or one item for a client that came through several proxies.
        static string? At(string[] list, int index) => list.Length == 0 ? null : list[Math.Min(index, list.Length - 1)];
    }

    /// <summary>Reads <c>Forwarded</c>, nearest proxy first.</summary>
    /// <remarks>Source: RFC 7239 §4.</remarks>
    internal static IEnumerable<ForwardedHop> OfForwarded(MessageHeaders headers)
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

    /// <summary>The last value of a list header, if it is <c>https</c> or <c>http</c>.</summary>
    internal static string? SchemeOf(string? text) =>
        string.Equals(text, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttps
        : string.Equals(text, Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttp
        : null;

    internal static string? HostOf(string? text) => HttpTarget.UsableAuthority(text) is { Length: > 0 } host ? host : null;

    /// <summary>
    /// The elements of a list header, last first, over all its lines; at most <paramref name="most"/>, however long the list is.
    /// </summary>
    internal static IEnumerable<string> FromRight(MessageHeaders headers, string name, int most) =>
        headers.All(name).Reverse().SelectMany(static line => SplitFromRight(line, ',')).Take(most);

    /// <summary>
    /// Parses an address as proxies write it: <c>192.0.2.1</c>, <c>192.0.2.1:4711</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:4711</c>.
    /// </summary>
    /// <remarks>Source: RFC 7239 §6; <c>X-Forwarded-For</c> has bare IPv6 addresses. The port may be an obfuscated word.</remarks>
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
        return new IPEndPoint(address.Unmapped(), number);
    }

    /// <summary>
    /// Splits at separators outside quotes, from the right, so that untrusted text at the left cannot change what a proxy appended.
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

    // No address, scheme or host contains a character that needs escaping.
    private static string Unquote(string value) => value is ['"', .., '"'] ? value[1..^1] : value;
}
