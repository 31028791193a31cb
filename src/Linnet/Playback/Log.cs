using Linnet.Codecs;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>Log messages of the player. Event ids 900–999.</summary>
internal static partial class Log
{
    [LoggerMessage(900, LogLevel.Information, "{Url} plays on {Device}: {Payload}")]
    public static partial void Playing(this ILogger logger, string url, string device, PayloadFormat payload);

    [LoggerMessage(910, LogLevel.Information, "Recording {Url} to {File}: {Payload}")]
    public static partial void Recording(this ILogger logger, string url, string file, PayloadFormat payload);

    [LoggerMessage(911, LogLevel.Information, "connected to {Url}: {Payload}")]
    public static partial void Receiving(this ILogger logger, string url, PayloadFormat payload);

    [LoggerMessage(901, LogLevel.Warning, "{Problem} Trying again in {Seconds:F1} s")]
    public static partial void ServerLost(this ILogger logger, Exception cause, string problem, double seconds);

    [LoggerMessage(902, LogLevel.Information, "The station is back")]
    public static partial void Reconnected(this ILogger logger);

    [LoggerMessage(744, LogLevel.Warning, "{Server} has not answered so far. Waiting for it")]
    public static partial void NoAnswerYet(this ILogger logger, string server);

    [LoggerMessage(903, LogLevel.Information, "The station has ended")]
    public static partial void StationEnded(this ILogger logger);

    [LoggerMessage(904, LogLevel.Warning, "{Problem} Looking for this device or its replacement")]
    public static partial void DeviceLost(this ILogger logger, string problem);

    [LoggerMessage(905, LogLevel.Information, "Playback continues on {Device}")]
    public static partial void DeviceIsBack(this ILogger logger, string device);

    [LoggerMessage(906, LogLevel.Information, "Playback moved to {Device} from {Before}")]
    public static partial void DeviceChanged(this ILogger logger, string before, string device);

    [LoggerMessage(907, LogLevel.Information, "Station {Station}: connected to {Address}")]
    public static partial void PullBegins(this ILogger logger, string station, string address);

    [LoggerMessage(908, LogLevel.Warning, "Station {Station}: {Problem} Trying again in {Seconds:F1} s")]
    public static partial void PullInterrupted(this ILogger logger, string station, string problem, double seconds);

    [LoggerMessage(909, LogLevel.Error, "Station {Station}: receiving its audio failed with an unexpected error")]
    public static partial void PullFailedHere(this ILogger logger, Exception exception, string station);

    [LoggerMessage(1720, LogLevel.Warning, "{Problem} Trying the next address of the playlist")]
    public static partial void PlaylistEntryFailed(this ILogger logger, string problem);

    // Of the ids of sources.
    [LoggerMessage(753, LogLevel.Warning, "Station {Station}: {Problem} Trying the next address of the playlist")]
    public static partial void MirrorFailed(this ILogger logger, string station, string problem);
}
