using System.Net;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtsp;

/// <summary>Log messages of the RTSP server. Event ids 500–599.</summary>
internal static partial class RtspServerLog
{
    [LoggerMessage(500, LogLevel.Information, "{Remote} started listening to {Rendition} over {Transport}")]
    public static partial void SessionPlays(this ILogger logger, IPEndPoint remote, string rendition, string transport);

    [LoggerMessage(
        501, LogLevel.Information, "{Remote} stopped listening to {Rendition}: {Reason} ({Packets} packets sent, {Skipped} skipped)")]
    public static partial void SessionEnded(
        this ILogger logger, IPEndPoint remote, string rendition, string reason, long packets, long skipped);

    [LoggerMessage(502, LogLevel.Debug, "{Remote}: {Method} was refused with {Status}")]
    public static partial void RequestRefused(this ILogger logger, IPEndPoint remote, string method, int status);

    [LoggerMessage(503, LogLevel.Debug, "Closed the connection of {Remote}: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, IPEndPoint remote, string reason);

    [LoggerMessage(507, LogLevel.Debug, "SRTP is not offered, so clients under TLS receive audio in their connections: {Problem}")]
    public static partial void SrtpNotOffered(this ILogger logger, string problem);

    [LoggerMessage(504, LogLevel.Error, "The session of {Remote} failed")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception, IPEndPoint remote);
}
