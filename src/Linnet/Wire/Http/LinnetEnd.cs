namespace Linnet.Wire.Http;

/// <summary>
/// The header of a request for a stream that marks its end, and of the response of a Linnet server that does: the last chunk is the end
/// of the station. A connection that closes without the last chunk was lost. Source: docs/wire/icy.md.
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
