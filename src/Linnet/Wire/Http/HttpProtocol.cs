namespace Linnet.Wire.Http;

/// <summary>The protocol that a head names in its start line.</summary>
internal enum HttpProtocol
{
    /// <summary><c>HTTP/1.0</c>. Linnet's own answers use it: the body ends with the connection.</summary>
    Http10,

    /// <summary><c>HTTP/1.1</c>, or a later 1.x, which must understand it.</summary>
    Http11,

    /// <summary><c>ICE/1.0</c>: how old sources for Icecast begin.</summary>
    Ice10,
}

/// <summary>How protocols are written.</summary>
internal static class HttpProtocols
{
    /// <summary>The version in the start line of an answer. Clients of <c>ICE/1.0</c> get <c>HTTP/1.0</c>.</summary>
    internal static string Text(this HttpProtocol protocol) => protocol is HttpProtocol.Http11 ? "HTTP/1.1" : "HTTP/1.0";

    /// <summary>Reads the version of a request line; <see langword="null"/> if it is not supported.</summary>
    internal static HttpProtocol? Parse(ReadOnlySpan<char> text) => text switch
    {
        "HTTP/1.0" => HttpProtocol.Http10,
        "ICE/1.0" => HttpProtocol.Ice10,
        _ when text.Length == 8 && text.StartsWith("HTTP/1.", StringComparison.Ordinal) && char.IsAsciiDigit(text[7]) =>
            HttpProtocol.Http11,
        _ => null,
    };
}
