using System.Buffers;
using System.Net;
using Linnet.Audio;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>The head of a request as listeners and sources send it: HTTP/1.0, HTTP/1.1 or Icecast's <c>ICE/1.0</c>.</summary>
/// <remarks>Source: RFC 9112 §3 (request line), §3.2 (target); docs/wire/icy.md.</remarks>
internal sealed class HttpRequestHead
{
    private HttpRequestHead(string method, string target, HttpTarget parts, HttpProtocol protocol, MessageHeaders headers)
    {
        (Method, Target, Protocol, Headers) = (method, target, protocol, headers);
        (Path, Query) = (parts.Path, parts.Query);
        Authority = parts.Authority.Length > 0 ? parts.Authority : HttpTarget.UsableAuthority(headers["Host"]);
    }

    /// <summary>Such as <c>GET</c>, <c>PUT</c> or <c>SOURCE</c>, as it came: methods have case.</summary>
    public string Method { get; }

    /// <summary>
    /// The target as received. A byte that is not UTF-8 is a lone surrogate, U+DC80 to U+DCFF; <see cref="ToString"/> is for display.
    /// </summary>
    public string Target { get; }

    /// <summary>
    /// The target's path, percent-decoded, without its query: <c>/jazz.mp3</c>. Begins with <c>/</c>, or is <c>*</c>. Holds no control
    /// characters. Dots are what they are, never followed: a path names a mount, not a file.
    /// </summary>
    public string Path { get; private set; }

    /// <summary>The part after the <c>?</c>, encoded; may be empty.</summary>
    public string Query { get; }

    /// <summary>The protocol it names.</summary>
    public HttpProtocol Protocol { get; }

    /// <summary>The headers.</summary>
    public MessageHeaders Headers { get; }

    /// <summary>Bytes of the head as it was read; the caller consumes them.</summary>
    public int Length { get; private init; }

    /// <summary>How the end of the body is found, if there is a body. A GET has one only if its headers announce it.</summary>
    public HttpBodyFraming Body { get; private init; }

    /// <summary>Whether it announces a body.</summary>
    public bool HasBody => Body is { Kind: HttpBodyKind.Chunked } or { Kind: HttpBodyKind.Length, Length: > 0 };

    /// <summary>Host and port by which the client reached us, from the target or <c>Host</c>; empty if it says nothing usable.</summary>
    public string Authority { get; }

    /// <summary>Whether the client waits for <c>100 Continue</c> before it sends the body.</summary>
    /// <remarks>Source: RFC 9110 §10.1.1: not of HTTP/1.0. Old clients that ask nevertheless wait for it, too, so <c>ICE/1.0</c> and 1.0
    /// count.</remarks>
    public bool ExpectsContinue => Headers["Expect"] is string value && value.Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a listener asks for titles within the sound.</summary>
    public bool WantsMetadata => Headers["Icy-MetaData"] is string value && value.Trim() == "1";

    /// <summary>Reads a request's head from the front of what a peer has sent. Consumes nothing and never throws.</summary>
    /// <param name="buffer">The bytes that have arrived and were not consumed.</param>
    /// <param name="limits">The limits of the head. <see langword="null"/>: <see cref="HttpLimits.Default"/>.</param>
    /// <param name="head">The head, if the answer is <see cref="HttpReadResult.Done"/>. Its <see cref="Length"/> is to be consumed.</param>
    /// <param name="refusal">The answer to send, if it is <see cref="HttpReadResult.Invalid"/>.</param>
    public static HttpReadResult TryParse(
        in ReadOnlySequence<byte> buffer, HttpLimits? limits, out HttpRequestHead? head, out HttpRefusal? refusal)
    {
        head = null;
        HttpReadResult result =
            HeadReader.Read(buffer, limits ?? HttpLimits.Default, out string line, out MessageHeaders headers, out int length, out refusal);
        if (result is not HttpReadResult.Done)
        {
            return result;
        }

        refusal = Parse(line, headers, length, out head);
        return refusal is null ? HttpReadResult.Done : HttpReadResult.Invalid;
    }

    /// <summary>
    /// The same request with its path below <paramref name="pathBase"/>; <see langword="null"/>: its path is not below it.
    /// </summary>
    /// <param name="pathBase">Such as <c>/radio</c>, decoded; empty: the root.</param>
    internal HttpRequestHead? Below(string pathBase)
    {
        if (pathBase.Length == 0)
        {
            return this;
        }

        if (Path.Length <= pathBase.Length || Path[pathBase.Length] != '/' || !Path.StartsWith(pathBase, StringComparison.Ordinal))
        {
            return null;
        }

        var below = (HttpRequestHead)MemberwiseClone();
        below.Path = Path[pathBase.Length..];
        return below;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {ByteText.ToText(Target)}";

    private static HttpRefusal? Parse(string line, MessageHeaders headers, int length, out HttpRequestHead? head)
    {
        head = null;
        int first = line.IndexOf(' ');
        int last = line.LastIndexOf(' ');
        if (first <= 0 || first == last || !MessageGrammar.IsToken(line.AsSpan(0, first)))
        {
            return new HttpRefusal(HttpStatusCode.BadRequest, "The request line is not 'method target version'.", IsHttp: false);
        }

        ReadOnlySpan<char> version = line.AsSpan(last + 1);
        if (HttpProtocols.Parse(version) is not HttpProtocol protocol)
        {
            bool isHttp = version.StartsWith("HTTP/", StringComparison.Ordinal);
            return new HttpRefusal(
                isHttp ? HttpStatusCode.HttpVersionNotSupported : HttpStatusCode.BadRequest,
                "The version is not HTTP/1.0, HTTP/1.1 or ICE/1.0.", isHttp);
        }

        string target = line[(first + 1)..last];
        if (!HttpGrammar.IsTarget(target) || !HttpTarget.TryParse(target, out HttpTarget parts))
        {
            return new HttpRefusal(HttpStatusCode.BadRequest, "The request target is malformed.");
        }

        if (!HttpBodyFraming.TryParse(headers, out HttpBodyFraming body))
        {
            return new HttpRefusal(HttpStatusCode.BadRequest, "The length of the body is given in an unsupported way.");
        }

        head = new HttpRequestHead(line[..first], target, parts, protocol, headers) { Length = length, Body = body };
        return null;
    }
}
