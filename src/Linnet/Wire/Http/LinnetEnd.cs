namespace Linnet.Wire.Http;

/// <summary>
/// The header by which a player asks for a stream whose end is told, and by which a Linnet server says that it is: the last chunk is the
/// end of the station. A connection that closes without it was lost. Source: docs/wire/icy.md.
/// </summary>
internal static class LinnetEnd
{
    /// <summary>The header's name, in requests and in answers.</summary>
    internal const string Header = "Linnet-End";

    /// <summary>The header's value.</summary>
    internal const string LastChunk = "last-chunk";

    /// <summary>Whether a request asks for it, in a version of HTTP that has chunks.</summary>
    internal static bool IsAsked(HttpRequestHead request) =>
        request.Protocol == HttpProtocol.Http11 && request.Headers[Header] == LastChunk;
}
