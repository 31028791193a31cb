namespace Linnet.Wire;

/// <summary>
/// The host that an address names, as one connects to it: a link-local IPv6 address with the zone (the interface) that it is reached by.
/// </summary>
/// <remarks>
/// Source: RFC 6874. In an address the zone follows <c>%25</c>, an encoded percent sign; many write the bare sign. <see cref="Uri"/> leaves
/// it out of <see cref="Uri.Host"/> and <see cref="Uri.AbsoluteUri"/>, and keeps the encoding in <see cref="Uri.DnsSafeHost"/>. It is this
/// machine's own matter: never sent to the other.
/// </remarks>
public static class ZonedHost
{
    private const string EncodedPercent = "%25";

    /// <summary>A name or an address; IPv6 without its brackets, with its zone behind a bare percent sign.</summary>
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

    /// <summary>An IPv6 address with a zone, as it stands between brackets, with a bare percent sign.</summary>
    internal static string Decoded(string literal)
    {
        // "%25" alone is zone 25, for a zone has a name.
        int percent = literal.IndexOf('%', StringComparison.Ordinal);
        return percent >= 0 && literal.Length > percent + EncodedPercent.Length && literal.AsSpan(percent).StartsWith(EncodedPercent)
            ? $"{literal.AsSpan(0, percent)}%{literal.AsSpan(percent + EncodedPercent.Length)}"
            : literal;
    }

    /// <summary>A host, of an address of IPv6 with its zone, as it stands in an address on this machine: <c>[fe80::1%25eth0]</c>.</summary>
    public static string Written(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Contains(':') ? $"[{host.Replace("%", EncodedPercent, StringComparison.Ordinal)}]" : host;
    }

    /// <summary>A host without its zone.</summary>
    internal static string Without(string host) =>
        host.IndexOf('%', StringComparison.Ordinal) is int percent and >= 0 ? host[..percent] : host;
}
