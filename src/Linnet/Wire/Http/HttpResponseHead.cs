using System.Globalization;
using System.Net;
using System.Text;
using Linnet.Audio;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>The head of our answers to listeners and sources.</summary>
/// <remarks>
/// They use <c>HTTP/1.0</c>, with neither length nor chunks where audio follows: the audio ends with the connection, as internet radios
/// of any age expect. Source: RFC 9112 §4; docs/wire/icy.md.
/// </remarks>
internal sealed class HttpResponseHead
{
    /// <summary>An answer without headers.</summary>
    /// <param name="status">100 to 599.</param>
    /// <param name="protocol">The protocol it names.</param>
    public HttpResponseHead(HttpStatusCode status, HttpProtocol protocol = HttpProtocol.Http10) => (Status, Protocol) = (status, protocol);

    /// <summary>The status code.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The protocol it names.</summary>
    public HttpProtocol Protocol { get; }

    /// <summary>The headers.</summary>
    public MessageHeaders Headers { get; } = [];

    /// <summary>The bytes of the head, its empty last line included.</summary>
    public byte[] ToArray()
    {
        var head = new StringBuilder(512)
            .Append(CultureInfo.InvariantCulture, $"{Protocol.Text()} {(int)Status} {ReasonPhrase(Status)}\r\n");
        foreach ((string name, string value) in Headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return ByteText.Encode(head.Append("\r\n").ToString());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Status} {ReasonPhrase(Status)}");

    private static string ReasonPhrase(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Continue => "Continue",
        HttpStatusCode.SwitchingProtocols => "Switching Protocols",
        HttpStatusCode.OK => "OK",
        HttpStatusCode.NoContent => "No Content",
        HttpStatusCode.PartialContent => "Partial Content",
        HttpStatusCode.BadRequest => "Bad Request",
        HttpStatusCode.Unauthorized => "Unauthorized",
        HttpStatusCode.Forbidden => "Forbidden",
        HttpStatusCode.NotFound => "Not Found",
        HttpStatusCode.MethodNotAllowed => "Method Not Allowed",
        HttpStatusCode.NotAcceptable => "Not Acceptable",
        HttpStatusCode.RequestTimeout => "Request Timeout",
        HttpStatusCode.Conflict => "Conflict",
        HttpStatusCode.RequestEntityTooLarge => "Content Too Large",
        HttpStatusCode.RequestUriTooLong => "URI Too Long",
        HttpStatusCode.UnsupportedMediaType => "Unsupported Media Type",
        HttpStatusCode.Gone => "Gone",
        HttpStatusCode.RequestedRangeNotSatisfiable => "Range Not Satisfiable",
        HttpStatusCode.ExpectationFailed => "Expectation Failed",
        HttpStatusCode.UpgradeRequired => "Upgrade Required",
        HttpStatusCode.TooManyRequests => "Too Many Requests",
        HttpStatusCode.RequestHeaderFieldsTooLarge => "Request Header Fields Too Large",
        HttpStatusCode.InternalServerError => "Internal Server Error",
        HttpStatusCode.NotImplemented => "Not Implemented",
        HttpStatusCode.ServiceUnavailable => "Service Unavailable",
        HttpStatusCode.HttpVersionNotSupported => "HTTP Version Not Supported",
        _ => "Unknown",
    };
}
