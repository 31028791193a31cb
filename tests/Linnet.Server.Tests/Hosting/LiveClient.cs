using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A player that listens over WebSocket.</summary>
internal sealed class LiveClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    /// <summary>The text messages so far.</summary>
    public List<JsonElement> Texts { get; } = [];

    public string? Subprotocol => _socket.SubProtocol;

    public HttpStatusCode Status => _socket.HttpStatusCode;

    public WebSocketCloseStatus? Closed => _socket.CloseStatus;

    public static async Task<LiveClient> ConnectAsync(string url, Version? version = null)
    {
        var client = new LiveClient();
        try
        {
            await client.DialAsync(url, version);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The status with which a handshake is refused.</summary>
    public static async Task<int> RefusalAsync(string url)
    {
        using var client = new LiveClient();
        await Assert.ThrowsAsync<WebSocketException>(() => client.DialAsync(url, null));
        return (int)client._socket.HttpStatusCode;
    }

    public async Task SendAsync(string text) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, HangLimit);

    public async Task SendAsync(byte[] bytes) =>
        await _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, HangLimit);

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, HangLimit);

    /// <summary>Reads to the next packet; <see langword="null"/>: the server closed.</summary>
    public async Task<LivePacket?> PacketAsync()
    {
        while (await MessageAsync() is { } message)
        {
            if (message.Type == WebSocketMessageType.Binary)
            {
                return LivePacket.Of(message.Bytes);
            }
        }

        return null;
    }

    /// <summary>Reads to the next text message of a type.</summary>
    public async Task<JsonElement> TextAsync(string type)
    {
        while (await MessageAsync() is { } message)
        {
            if (message.Type == WebSocketMessageType.Text && Texts[^1].GetProperty("type").GetString() == type)
            {
                return Texts[^1];
            }
        }

        throw new InvalidOperationException($"The server closed before a message of the type {type}.");
    }

    /// <summary>Reads until the server closes.</summary>
    public async Task ReadToEndAsync()
    {
        while (await MessageAsync() is not null)
        {
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task DialAsync(string url, Version? version)
    {
        _socket.Options.AddSubProtocol("linnet.live.1");
        _socket.Options.CollectHttpResponseDetails = true;
        if (version is not null)
        {
            _socket.Options.HttpVersion = version;
            _socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await _socket.ConnectAsync(new Uri(url), invoker, HangLimit);
    }

    private async Task<(WebSocketMessageType Type, byte[] Bytes)?> MessageAsync()
    {
        int length = 0;
        ValueWebSocketReceiveResult read;
        do
        {
            read = await _socket.ReceiveAsync(_buffer.AsMemory(length), HangLimit);
            length += read.Count;
        }
        while (!read.EndOfMessage);

        if (read.MessageType == WebSocketMessageType.Close)
        {
            return null;
        }

        if (read.MessageType == WebSocketMessageType.Text)
        {
            using var document = JsonDocument.Parse(_buffer.AsMemory(0, length));
            Texts.Add(document.RootElement.Clone());
        }

        return (read.MessageType, _buffer[..length]);
    }
}

/// <summary>A packet as a player reads it.</summary>
internal sealed record LivePacket(int Frames, long Position, long Due, byte[] Payload)
{
    public static LivePacket Of(byte[] message)
    {
        Assert.Equal(1, message[0]);
        return new LivePacket(
            (int)BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(4)), BinaryPrimitives.ReadInt64BigEndian(message.AsSpan(8)),
            BinaryPrimitives.ReadInt64BigEndian(message.AsSpan(16)), message[24..]);
    }
}
