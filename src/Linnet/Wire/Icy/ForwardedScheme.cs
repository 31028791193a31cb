namespace Linnet.Wire.Icy;

/// <summary>How a client knows a server that stands behind a proxy. Whoever says it without one misleads itself alone.</summary>
public static class ForwardedScheme
{
    /// <summary>The header in which a proxy that ends TLS says so.</summary>
    public const string Header = "X-Forwarded-Proto";

    /// <summary>What addresses for the client begin with: <c>https</c> if the header says it, else <c>http</c>.</summary>
    public static string Of(string? header) =>
        string.Equals(header, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
}
