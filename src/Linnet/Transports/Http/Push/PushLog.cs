using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Push;

/// <summary>Log messages of pushing over HTTP. Event ids 560–579 and 1701. They hold no text that the pusher sent.</summary>
internal static partial class PushLog
{
    [LoggerMessage(560, LogLevel.Information, "{Remote} started pushing to {Station}")]
    public static partial void PushBegins(this ILogger logger, EndPoint? remote, string station);

    [LoggerMessage(561, LogLevel.Information, "{Remote} stopped pushing to {Station}: {Reason} ({Bytes} bytes)")]
    public static partial void PushEnds(this ILogger logger, EndPoint? remote, string station, string reason, long bytes);

    [LoggerMessage(
        562, LogLevel.Information, "{Remote} may not push: {Reason}{Unsaid}")]
    public static partial void PushRefused(this ILogger logger, EndPoint? remote, string reason, Unsaid unsaid);

    [LoggerMessage(
        1701, LogLevel.Information,
        "{Remote} may not push: another client is pushing there, and a new pusher does not take over{Unsaid}")]
    public static partial void PushOccupied(this ILogger logger, EndPoint? remote, Unsaid unsaid);

    [LoggerMessage(563, LogLevel.Error, "The push of {Remote} failed")]
    public static partial void PushFailed(this ILogger logger, Exception exception, EndPoint? remote);

    [LoggerMessage(564, LogLevel.Information, "The audio pushed to {Station} is {Codec}, {Format}; it is converted to {To}")]
    public static partial void PushConverted(this ILogger logger, string station, string codec, string format, string to);
}
