using System.Buffers;
using System.Text;
using Linnet.Wire.Http;
using Linnet.Wire.WebSocket;

namespace Linnet.Tests.Wire.WebSocket;

public class WebSocketHandshakeTests
{
    private const string Request =
        "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\n"
            + "Sec-WebSocket-Version: 13\r\n\r\n";

    [Fact]
    public void The_example_of_RFC_6455_is_answered_as_there()
    {
        Assert.True(TryRead(Request, "chat", out string answer));

        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nServer: Linnet\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
            answer);
    }

    [Theory]
    [InlineData("Connection: Upgrade", "Connection: keep-alive, upgrade")]
    [InlineData("Upgrade: websocket", "Upgrade: WebSocket")]
    [InlineData("Sec-WebSocket-Protocol: chat, superchat\r\n", "")]
    [InlineData("GET /chat", "GET http://example.com/chat")]
    public void Clients_may_write_it_in_other_ways(string part, string other)
    {
        Assert.True(TryRead(Request.Replace(part, other, StringComparison.Ordinal), "linnet.live.1", out string answer));
        Assert.DoesNotContain("Sec-WebSocket-Protocol", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "POST")]
    [InlineData("HTTP/1.1", "HTTP/1.0")]
    [InlineData("Connection: Upgrade", "Connection: close")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "not base64")]
    [InlineData("Version: 13", "Version: 8")]
    [InlineData("Sec-WebSocket-Version: 13\r\n", "")]
    public void What_is_no_handshake_is_refused(string part, string other) =>
        Assert.False(TryRead(Request.Replace(part, other, StringComparison.Ordinal), "chat", out _));

    [Fact]
    public void Over_HTTP_2_there_is_neither_key_nor_upgrade()
    {
        Assert.True(TryRead(
            "CONNECT /jazz/live HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: linnet.live.1\r\n\r\n", "linnet.live.1",
            out string answer));

        Assert.Equal("HTTP/1.1 200 OK\r\nServer: Linnet\r\nSec-WebSocket-Protocol: linnet.live.1\r\n\r\n", answer);
    }

    private static bool TryRead(string request, string subprotocol, out string answer)
    {
        var bytes = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(request));
        Assert.Equal(HttpReadResult.Done, HttpRequestHead.TryParse(bytes, null, out HttpRequestHead? head, out _));
        bool isRead = WebSocketHandshake.TryRead(head!, subprotocol, out WebSocketHandshake? handshake);
        answer = isRead ? Encoding.ASCII.GetString(handshake!.ToResponse().ToArray()) : "";
        return isRead;
    }
}
