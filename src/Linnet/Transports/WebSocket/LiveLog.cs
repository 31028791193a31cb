using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.WebSocket;

/// <summary>Log messages of listening over WebSocket. Event ids 550–559.</summary>
internal static partial class LiveLog
{
    [LoggerMessage(550, LogLevel.Debug, "{Remote} started listening to {Rendition} over WebSocket")]
    public static partial void LiveListenerPlays(this ILogger logger, IPEndPoint remote, string rendition);

    [LoggerMessage(
        551, LogLevel.Debug, "{Remote} stopped listening to {Rendition}: {Reason} ({Packets} packets sent, {Skipped} skipped)")]
    public static partial void LiveListenerLeaves(
        this ILogger logger, IPEndPoint remote, string rendition, string reason, long packets, long skipped);

    [LoggerMessage(552, LogLevel.Debug, "{Remote} was refused over WebSocket: {Reason}")]
    public static partial void LiveRefused(this ILogger logger, IPEndPoint remote, string reason);
}
