using System.Globalization;

namespace Linnet.Wire;

/// <summary>
/// The host of an address, as used to connect: a link-local IPv6 address with its zone (the interface to reach it by).
/// </summary>
/// <remarks>
/// Source: RFC 6874. In an address the zone follows <c>%25</c>, an encoded percent sign; many programs write the bare sign.
/// <see cref="Uri"/> drops the zone from <see cref="Uri.Host"/> and <see cref="Uri.AbsoluteUri"/>, and keeps it encoded in
/// <see cref="Uri.DnsSafeHost"/>. The zone has meaning only on this machine: it is never sent to a peer.
/// </remarks>
internal static class ZonedHost
{
    private const string EncodedPercent = "%25";

    /// <summary>A name or an address; IPv6 without brackets, with its zone after a bare percent sign.</summary>
    internal static string Of(Uri uri)
    {
        if (uri.HostNameType is not UriHostNameType.IPv6)
        {
            return uri.DnsSafeHost;
        }

        string text = uri.OriginalString;
        int end = text.IndexOf(']', StringComparison.Ordinal);
        int start = end < 0 ? -1 : text.LastIndexOf('[', end);
        int percent = start < 0 ? -1 : text.IndexOf('%', start, end - start);
        string host = Without(uri.DnsSafeHost);
        return percent < 0 ? host : host + Decoded(text[percent..end]);
    }

    /// <summary>Decodes an IPv6 address with a zone, as written between brackets, to one with a bare percent sign.</summary>
    internal static string Decoded(string literal)
    {
        // "%25" alone is zone 25, because a zone is never empty.
        int percent = literal.IndexOf('%', StringComparison.Ordinal);
        return percent >= 0 && literal.Length > percent + EncodedPercent.Length && literal.AsSpan(percent).StartsWith(EncodedPercent)
            ? $"{literal.AsSpan(0, percent)}%{literal.AsSpan(percent + EncodedPercent.Length)}"
            : literal;
    }

    /// <summary>Formats a host for an address on this machine, IPv6 with brackets and zone: <c>[fe80::1%25eth0]</c>.</summary>
    public static string Written(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Contains(':') ? $"[{host.Replace("%", EncodedPercent, StringComparison.Ordinal)}]" : host;
    }

    /// <summary>Formats an address on this machine: <c>rtsp://[fe80::1%25eth0]:8554/jazz</c>.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="host">A name or an address; IPv6 without brackets.</param>
    /// <param name="port">The port.</param>
    /// <param name="path">The path, with its slash; empty for none.</param>
    internal static string UrlOf(string scheme, string host, int port, string path) =>
        string.Create(CultureInfo.InvariantCulture, $"{scheme}://{Written(host)}:{port}{path}");

    /// <summary>The host without its zone.</summary>
    internal static string Without(string host) =>
        host.IndexOf('%', StringComparison.Ordinal) is int percent and >= 0 ? host[..percent] : host;
}
