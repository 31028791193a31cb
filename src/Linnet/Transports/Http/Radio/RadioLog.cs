using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Radio;

/// <summary>Log messages of listening over HTTP. Event ids 540–559, and 210.</summary>
internal static partial class RadioLog
{
    [LoggerMessage(540, LogLevel.Debug, "{Remote} started listening to {Station}/{Rendition} over HTTP")]
    public static partial void RadioListenerPlays(this ILogger logger, EndPoint? remote, string station, string rendition);

    [LoggerMessage(
        541, LogLevel.Debug, "{Remote} stopped listening to {Station}/{Rendition} ({Bytes} bytes sent, moved {Moves} times)")]
    public static partial void RadioListenerLeaves(
        this ILogger logger, EndPoint? remote, string station, string rendition, long bytes, long moves);

    [LoggerMessage(542, LogLevel.Debug, "{Remote} was refused over HTTP: {Reason}")]
    public static partial void RadioRefused(this ILogger logger, EndPoint? remote, string reason);

    [LoggerMessage(210, LogLevel.Error,
        "The stream of {Station}/{Rendition} failed ({Times} streams so far). Its next listener starts it again, {Seconds:F0} s from now "
            + "at the earliest")]
    public static partial void StreamFailed(
        this ILogger logger, Exception exception, string station, string rendition, double seconds, long times);
}
