using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Hls;

/// <summary>Log messages of listening over HLS. Event ids 570–579, 213 and 214.</summary>
internal static partial class HlsLog
{
    [LoggerMessage(570, LogLevel.Debug, "{Remote} started listening to {Station}/{Rendition} over HLS")]
    public static partial void HlsListenerPlays(this ILogger logger, IPEndPoint remote, string station, string rendition);

    [LoggerMessage(571, LogLevel.Debug, "{Remote} stopped listening to {Station}/{Rendition} over HLS ({Bytes} bytes sent)")]
    public static partial void HlsListenerLeaves(this ILogger logger, IPEndPoint remote, string station, string rendition, long bytes);

    [LoggerMessage(572, LogLevel.Debug, "{Remote} was refused over HLS: {Reason}")]
    public static partial void HlsRefused(this ILogger logger, IPEndPoint remote, string reason);

    [LoggerMessage(214, LogLevel.Error, "HLS failed for a moment and continues")]
    public static partial void HlsStepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(213, LogLevel.Error,
        "The HLS segments of {Station}/{Rendition} could not be written ({Times} times so far). Its next listener starts them again, "
            + "{Seconds:F0} s from now at the earliest")]
    public static partial void SegmentsFailed(
        this ILogger logger, Exception exception, string station, string rendition, double seconds, long times);
}
