namespace Linnet.Wire.WebSocket;

/// <summary>Why a connection is closed.</summary>
/// <remarks>Source: RFC 6455 §7.4.1 and IANA's registry.</remarks>
internal enum WebSocketClose : ushort
{
    /// <summary>All is said.</summary>
    Normal = 1000,

    /// <summary>This side goes away: a server stops.</summary>
    GoingAway = 1001,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 1002,

    /// <summary>A kind of message that this side does not take.</summary>
    Unacceptable = 1003,

    /// <summary>A message whose content does not fit its kind.</summary>
    InvalidData = 1007,

    /// <summary>A message that breaks a rule of this side.</summary>
    PolicyViolation = 1008,

    /// <summary>A message that is too long.</summary>
    TooBig = 1009,

    /// <summary>The service is overloaded; the client may come again.</summary>
    TryAgainLater = 1013,
}
