using Linnet.Broadcast.Packets;
using Linnet.Wire.WebSocket;

namespace Linnet.Transports.WebSocket;

/// <summary>Why a listener over WebSocket ended.</summary>
internal enum LiveEnd
{
    /// <summary>The client closed the connection, or it broke.</summary>
    Left,

    /// <summary>The client sent what is not allowed.</summary>
    BrokeProtocol,

    /// <summary>The client received nothing for too long, or did not answer pings.</summary>
    Stalled,

    /// <summary>The station ended.</summary>
    StationEnded,

    /// <summary>The server stopped.</summary>
    ServerStopped,

    /// <summary>The time is over for which the service that is asked about listeners admitted this one.</summary>
    TimeOver,

    /// <summary>The rendition failed. The client can request it again.</summary>
    RenditionFailed,

    /// <summary>The rendition was made on demand and gave way to another.</summary>
    GaveWay,

    /// <summary>There was no memory for what the client had not received yet.</summary>
    NoRoom,

    /// <summary>Sending failed on this side; the log has the reason.</summary>
    Failed,
}

/// <summary>What clients are told about an end.</summary>
internal static class LiveEnds
{
    /// <summary>The end that a sender reports.</summary>
    internal static LiveEnd ToEnd(this DropReason reason) => reason switch
    {
        DropReason.None => LiveEnd.StationEnded,
        DropReason.Stalled => LiveEnd.Stalled,
        DropReason.Disconnected => LiveEnd.Left,
        DropReason.RenditionFailed => LiveEnd.RenditionFailed,
        DropReason.GaveWay => LiveEnd.GaveWay,
        DropReason.ServerStopped => LiveEnd.ServerStopped,
        _ => LiveEnd.Failed,
    };

    /// <summary>The word in the message; only of ends that a client is told.</summary>
    internal static string ToReason(this LiveEnd end) => end switch
    {
        LiveEnd.StationEnded => "ended",
        LiveEnd.ServerStopped => "restart",
        LiveEnd.TimeOver => "time-over",
        LiveEnd.GaveWay => "gave-way",
        LiveEnd.NoRoom => "full",
        _ => "failed",
    };

    /// <summary>The code that closes the connection; <see langword="null"/>: it is cut.</summary>
    internal static WebSocketClose? ToClose(this LiveEnd end) => end switch
    {
        LiveEnd.StationEnded => WebSocketClose.Normal,
        LiveEnd.ServerStopped => WebSocketClose.GoingAway,
        LiveEnd.TimeOver => WebSocketClose.PolicyViolation,
        LiveEnd.RenditionFailed or LiveEnd.GaveWay or LiveEnd.NoRoom => WebSocketClose.TryAgainLater,
        _ => null,
    };
}
