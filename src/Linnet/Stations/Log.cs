using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>Log messages of stations. Event ids 200–299; <c>docs/log-events.md</c> lists them.</summary>
internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Information, "Station {Station} starts")]
    public static partial void StationStarts(this ILogger logger, string station);

    [LoggerMessage(201, LogLevel.Information, "Station {Station} has ended")]
    public static partial void StationEnded(this ILogger logger, string station);

    [LoggerMessage(202, LogLevel.Error, "Station {Station} stops: {Problem}")]
    public static partial void StationFailed(this ILogger logger, string station, string problem);

    [LoggerMessage(203, LogLevel.Warning,
        "Station {Station}: its source is {LateMs:F0} ms late, so its clock was reset (resets since the start: {Times})")]
    public static partial void Reanchored(this ILogger logger, string station, double lateMs, long times);

    [LoggerMessage(745, LogLevel.Warning,
        "Station {Station}: its source paused for {Ms:F0} ms, then sent everything it had buffered; its clock was not reset")]
    public static partial void SourceStalled(this ILogger logger, string station, double ms);

    [LoggerMessage(204, LogLevel.Information, "Station {Station} now plays {Track}")]
    public static partial void NowPlays(this ILogger logger, string station, string track);

    [LoggerMessage(205, LogLevel.Debug, "Rendition {Rendition} starts")]
    public static partial void RenditionStarts(this ILogger logger, string rendition);

    [LoggerMessage(206, LogLevel.Debug, "Rendition {Rendition} stopped: no listeners")]
    public static partial void RenditionRests(this ILogger logger, string rendition);

    [LoggerMessage(207, LogLevel.Error, "Station {Station}: fetching its sound failed")]
    public static partial void PullFailed(this ILogger logger, Exception exception, string station);

    [LoggerMessage(208, LogLevel.Error,
        "Rendition {Rendition} failed and was stopped (failures so far: {Times}). Its next listener starts it again, {Seconds:F0} s from "
            + "now at the earliest")]
    public static partial void RenditionFailed(this ILogger logger, Exception exception, string rendition, double seconds, long times);

    [LoggerMessage(
        209, LogLevel.Information, "Rendition {Rendition} was stopped: it is made on demand, and its slot went to another address")]
    public static partial void RenditionGaveWay(this ILogger logger, string rendition);
}
