using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Linnet.Wire.Http;

namespace Linnet.Wire.WebSocket;

/// <summary>A client's request to speak WebSocket.</summary>
/// <remarks>Source: RFC 6455 §4.2 (HTTP/1.1), RFC 8441 §5 (HTTP/2).</remarks>
internal sealed class WebSocketHandshake
{
    /// <summary>The version of the protocol.</summary>
    public const string Version = "13";

    private const string Method = "GET";
    private const string ConnectMethod = "CONNECT";
    private const string Identifier = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyLength = 16;

    private readonly string? _accept;
    private readonly string? _subprotocol;

    private WebSocketHandshake(string? accept, string? subprotocol) => (_accept, _subprotocol) = (accept, subprotocol);

    /// <summary>Whether a request with this method may ask for it: HTTP/2 uses <c>CONNECT</c>.</summary>
    public static bool IsMethod(string method) => method is Method or ConnectMethod;

    /// <summary>Reads a request.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="subprotocol">The subprotocol that this side speaks; chosen if the client offers it.</param>
    /// <param name="handshake">The request.</param>
    public static bool TryRead(HttpRequestHead head, string subprotocol, [NotNullWhen(true)] out WebSocketHandshake? handshake)
    {
        handshake = null;
        if (head.Headers["Sec-WebSocket-Version"]?.Trim() != Version)
        {
            return false;
        }

        string? chosen = head.Headers.Members("Sec-WebSocket-Protocol").Contains(subprotocol, StringComparer.Ordinal) ? subprotocol : null;
        if (head.Method == ConnectMethod)
        {
            handshake = new WebSocketHandshake(null, chosen);
            return true;
        }

        if (head.Method == Method && head.Protocol == HttpProtocol.Http11
            && head.Headers.Members("Upgrade").Contains("websocket", StringComparer.OrdinalIgnoreCase)
            && head.Headers.Members("Connection").Contains("Upgrade", StringComparer.OrdinalIgnoreCase)
            && head.Headers["Sec-WebSocket-Key"]?.Trim() is string key
            && Base64.IsValid(key, out int length) && length == KeyLength)
        {
            handshake = new WebSocketHandshake(AcceptFor(key), chosen);
            return true;
        }

        return false;
    }

    /// <summary>The response that begins it.</summary>
    public HttpResponseHead ToResponse()
    {
        var head = new HttpResponseHead(
            _accept is null ? HttpStatusCode.OK : HttpStatusCode.SwitchingProtocols, protocol: HttpProtocol.Http11);
        head.Headers.Add("Server", "Linnet");
        if (_accept is not null)
        {
            head.Headers.Add("Upgrade", "websocket");
            head.Headers.Add("Connection", "Upgrade");
            head.Headers.Add("Sec-WebSocket-Accept", _accept);
        }

        if (_subprotocol is not null)
        {
            head.Headers.Add("Sec-WebSocket-Protocol", _subprotocol);
        }

        return head;
    }

    /// <summary>The proof that a key was read.</summary>
    internal static string AcceptFor(string key) =>
#pragma warning disable CA5350 // RFC 6455 §4.2.2 prescribes SHA-1. It protects nothing.
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Identifier)));
#pragma warning restore CA5350
}
