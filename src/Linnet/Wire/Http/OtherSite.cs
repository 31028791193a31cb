namespace Linnet.Wire.Http;

/// <summary>
/// Recognizes requests that a page of another site has a browser send: with them the browser sends the passwords that it keeps for this
/// server.
/// </summary>
/// <remarks>
/// Source: W3C Fetch Metadata Request Headers §2.1; RFC 6454 §7. Programs other than browsers send neither header. A browser sends
/// <c>Sec-Fetch-Site</c> only to servers over TLS and on its own machine.
/// </remarks>
internal static class OtherSite
{
    /// <summary>What the client is told.</summary>
    internal const string Refusal = "Pages of other sites may not call this.";

    /// <summary>Whether a request comes from such a page.</summary>
    /// <param name="fetchSite">The value of <c>Sec-Fetch-Site</c>; empty: none.</param>
    /// <param name="origin">The value of <c>Origin</c>; empty: none.</param>
    /// <param name="host">This server's name and port, as the client knows them.</param>
    internal static bool Sent(string? fetchSite, string? origin, string? host) =>
        fetchSite is not (null or "" or "same-origin" or "none")
        || (!string.IsNullOrEmpty(origin) && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) || page.Authority != host));
}
