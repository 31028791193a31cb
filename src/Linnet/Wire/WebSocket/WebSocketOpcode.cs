namespace Linnet.Wire.WebSocket;

/// <summary>What a frame carries.</summary>
/// <remarks>Source: RFC 6455 §5.2.</remarks>
internal enum WebSocketOpcode : byte
{
    /// <summary>The next part of a message.</summary>
    Continuation = 0,

    /// <summary>A message of UTF-8 text, or its first part.</summary>
    Text = 1,

    /// <summary>A message of bytes, or its first part.</summary>
    Binary = 2,

    /// <summary>The peer sends no more.</summary>
    Close = 8,

    /// <summary>Asks for a <see cref="Pong"/> with the same bytes.</summary>
    Ping = 9,

    /// <summary>Answers a <see cref="Ping"/>.</summary>
    Pong = 10,
}
