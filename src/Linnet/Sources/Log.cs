using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>Log messages of the sources. Event ids 700–799.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Warning, "{Playlist}: skipped a track. {Problem}")]
    public static partial void TrackSkipped(this ILogger logger, string playlist, string problem);

    [LoggerMessage(701, LogLevel.Warning, "{Playlist}: a track ended early. {Problem}")]
    public static partial void TrackBrokeOff(this ILogger logger, string playlist, string problem);

    [LoggerMessage(702, LogLevel.Warning, "{Playlist}: cannot read the list again; playing the previous one. {Problem}")]
    public static partial void ListingFailed(this ILogger logger, string playlist, string problem);

    [LoggerMessage(703, LogLevel.Warning,
        "{Playlist}: skipped {Count} network addresses; a playlist may name only files here. The first: {First}")]
    public static partial void AddressesSkipped(this ILogger logger, string playlist, int count, string first);

    [LoggerMessage(704, LogLevel.Warning, "{Folder}: playing only the first {Count} entries")]
    public static partial void FolderTooLarge(this ILogger logger, string folder, int count);

    [LoggerMessage(705, LogLevel.Warning, "{Folder}: skipped a folder. {Problem}")]
    public static partial void FolderLeftOut(this ILogger logger, string folder, string problem);

    [LoggerMessage(706, LogLevel.Information, "{Playlist}: converting {Path} from {From} to {To}")]
    public static partial void TrackConverted(this ILogger logger, string playlist, string path, string from, string to);

    [LoggerMessage(707, LogLevel.Information, "Station {Station}: playing the audio that it receives")]
    public static partial void PrimaryHeard(this ILogger logger, string station);

    [LoggerMessage(708, LogLevel.Warning, "Station {Station}: its audio does not arrive in time; playing {Instead} ({Times} times so far)")]
    public static partial void PrimaryRanDry(this ILogger logger, string station, string instead, long times);

    [LoggerMessage(709, LogLevel.Information, "Station {Station}: the sender of its audio has disconnected; playing {Instead}")]
    public static partial void FallbackHeard(this ILogger logger, string station, string instead);

    [LoggerMessage(710, LogLevel.Warning, "Station {Station}: its fallback failed; playing silence. {Problem}")]
    public static partial void FallbackBroke(this ILogger logger, string station, string problem);

    [LoggerMessage(711, LogLevel.Warning, "{Source} failed; playing silence until it can be opened again. {Problem}")]
    public static partial void SourceLost(this ILogger logger, string source, string problem);

    [LoggerMessage(712, LogLevel.Information, "{Source} is back after {Seconds:F1} s")]
    public static partial void SourceIsBack(this ILogger logger, string source, double seconds);

    [LoggerMessage(713, LogLevel.Warning, "{Playlist}: skipped {Count} more tracks. The last: {Problem}")]
    public static partial void MoreTracksSkipped(this ILogger logger, string playlist, int count, string problem);

    [LoggerMessage(725, LogLevel.Information, "{Source}: {End} Playing silence until it is back")]
    public static partial void SourceEnded(this ILogger logger, string source, string end);

    [LoggerMessage(750, LogLevel.Warning, "{Folder}: skipped {Count} folders that are more than {Depth} deep. The first: {First}")]
    public static partial void FoldersTooDeep(this ILogger logger, string folder, int count, int depth, string first);

    [LoggerMessage(751, LogLevel.Warning, "{Playlist}: skipped a list that it names. {Problem}")]
    public static partial void ListLeftOut(this ILogger logger, string playlist, string problem);

    [LoggerMessage(752, LogLevel.Warning, "{Playlist}: playing only its first {Lists} playlists and folders, or {Files} files")]
    public static partial void PlaylistTooLarge(this ILogger logger, string playlist, int lists, int files);
}
