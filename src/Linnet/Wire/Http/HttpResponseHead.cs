using System.Buffers;
using System.Globalization;
using System.Net;
using Linnet.Audio;
using Linnet.Wire.Icy;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>The head of an answer, ours to listeners and sources, or another server's to us.</summary>
/// <remarks>
/// Ours use <c>HTTP/1.0</c>, with neither length nor chunks where audio follows: the audio ends with the connection, as internet radios
/// of any age expect. Source: RFC 9112 §4; docs/wire/icy.md.
/// </remarks>
internal sealed class HttpResponseHead
{
    /// <summary>An answer without headers.</summary>
    /// <param name="status">100 to 599.</param>
    /// <param name="reason">The reason phrase; <see langword="null"/>: the usual one.</param>
    /// <param name="protocol">The protocol it names.</param>
    /// <exception cref="ArgumentException">The status does not have three digits, or the reason holds control characters.</exception>
    public HttpResponseHead(HttpStatusCode status, string? reason = null, HttpProtocol protocol = HttpProtocol.Http10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)status, 100, nameof(status));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)status, 999, nameof(status));
        if (!MessageGrammar.IsText(reason))
        {
            throw new ArgumentException("A reason phrase must not hold line breaks or other control characters.", nameof(reason));
        }

        (Status, Reason, Protocol) = (status, reason ?? ReasonPhrase(status), protocol);
    }

    /// <summary>The status code.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The reason phrase. May be empty.</summary>
    public string Reason { get; }

    /// <summary>The protocol it names.</summary>
    public HttpProtocol Protocol { get; }

    /// <summary>The headers.</summary>
    public MessageHeaders Headers { get; private init; } = [];

    /// <summary>Bytes of the head as it was read; the caller consumes them.</summary>
    public int Length { get; private init; }

    /// <summary>How the end of the body is found.</summary>
    public HttpBodyFraming Body { get; private init; }

    /// <summary>
    /// Bytes of sound between two titles (<c>icy-metaint</c>); 0 without titles, or where the number is beyond
    /// <see cref="IcyMetadata.MaxInterval"/>.
    /// </summary>
    public int MetadataInterval =>
        int.TryParse(Headers["icy-metaint"], NumberStyles.None, CultureInfo.InvariantCulture, out int interval)
            && interval <= IcyMetadata.MaxInterval
            ? interval
            : 0;

    /// <summary>
    /// Reads a server's answer from the front of what it has sent, <c>ICY 200 OK</c> among them. Consumes nothing and never throws.
    /// </summary>
    /// <param name="buffer">The bytes that have arrived and were not consumed.</param>
    /// <param name="limits">The limits of the head. <see langword="null"/>: <see cref="HttpLimits.Default"/>.</param>
    /// <param name="head">The head, if the answer is <see cref="HttpReadResult.Done"/>. Its <see cref="Length"/> is to be consumed.</param>
    public static HttpReadResult TryParse(in ReadOnlySequence<byte> buffer, HttpLimits? limits, out HttpResponseHead? head)
    {
        head = null;
        HttpReadResult result =
            HeadReader.Read(buffer, limits ?? HttpLimits.Default, out string line, out MessageHeaders headers, out int length, out _);
        line = ByteText.ToText(line);
        if (result is not HttpReadResult.Done)
        {
            return result;
        }

        var status = new StatusLine(line);
        HttpProtocol? protocol = status.Version is "ICY" ? HttpProtocol.Icy : HttpProtocols.Parse(status.Version);
        if (protocol is null || status.Status == 0 || !MessageGrammar.IsText(status.Reason)
            || !HttpBodyFraming.TryParse(headers, out HttpBodyFraming body))
        {
            return HttpReadResult.Invalid;
        }

        head = new HttpResponseHead((HttpStatusCode)status.Status, status.Reason.ToString(), protocol.Value)
        {
            Headers = headers,
            Length = length,
            Body = body,
        };
        return HttpReadResult.Done;
    }

    /// <summary>Writes the head, its empty last line included.</summary>
    public void Write(IBufferWriter<byte> destination) =>
        HeadWriter.Write(destination, string.Create(CultureInfo.InvariantCulture, $"{Protocol.Text()} {(int)Status} {Reason}"), Headers);

    /// <summary>The bytes of the head.</summary>
    public byte[] ToArray()
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        Write(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Status} {Reason}");

    private static string ReasonPhrase(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Continue => "Continue",
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
        HttpStatusCode.TooManyRequests => "Too Many Requests",
        HttpStatusCode.RequestHeaderFieldsTooLarge => "Request Header Fields Too Large",
        HttpStatusCode.InternalServerError => "Internal Server Error",
        HttpStatusCode.NotImplemented => "Not Implemented",
        HttpStatusCode.ServiceUnavailable => "Service Unavailable",
        HttpStatusCode.HttpVersionNotSupported => "HTTP Version Not Supported",
        _ => "Unknown",
    };
}
