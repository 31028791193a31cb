using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>Everything the sources say. Event ids 700–799.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Warning, "{Playlist}: skipped a track. {Problem}")]
    public static partial void TrackSkipped(this ILogger logger, string playlist, string problem);

    [LoggerMessage(701, LogLevel.Warning, "{Playlist}: the track broke off. {Problem}")]
    public static partial void TrackBrokeOff(this ILogger logger, string playlist, string problem);

    [LoggerMessage(702, LogLevel.Warning, "{Playlist}: cannot be listed again, so the last list goes on. {Problem}")]
    public static partial void ListingFailed(this ILogger logger, string playlist, string problem);

    [LoggerMessage(703, LogLevel.Warning,
        "{Playlist}: skipped {Count} entries that are network addresses, which a playlist may not name here. The first: {First}")]
    public static partial void AddressesSkipped(this ILogger logger, string playlist, int count, string first);

    [LoggerMessage(704, LogLevel.Warning, "{Folder}: only the first {Count} entries are played")]
    public static partial void FolderTooLarge(this ILogger logger, string folder, int count);

    [LoggerMessage(705, LogLevel.Warning, "{Folder}: left out. {Problem}")]
    public static partial void FolderLeftOut(this ILogger logger, string folder, string problem);

    [LoggerMessage(706, LogLevel.Information, "{Playlist}: {Path} is converted from {From} to {To}")]
    public static partial void TrackConverted(this ILogger logger, string playlist, string path, string from, string to);

    [LoggerMessage(707, LogLevel.Information, "Station {Station}: what is sent to it is heard")]
    public static partial void PrimaryHeard(this ILogger logger, string station);

    [LoggerMessage(708, LogLevel.Warning, "Station {Station}: its sender sends too little; {Instead} is heard ({Times} times so far)")]
    public static partial void PrimaryRanDry(this ILogger logger, string station, string instead, long times);

    [LoggerMessage(709, LogLevel.Information, "Station {Station}: its sender has gone; {Instead} is heard")]
    public static partial void FallbackHeard(this ILogger logger, string station, string instead);

    [LoggerMessage(710, LogLevel.Warning, "Station {Station}: its fallback broke, so there is silence instead. {Problem}")]
    public static partial void FallbackBroke(this ILogger logger, string station, string problem);

    [LoggerMessage(711, LogLevel.Warning, "{Source} has failed; there is silence until it can be opened again. {Problem}")]
    public static partial void SourceLost(this ILogger logger, string source, string problem);

    [LoggerMessage(712, LogLevel.Information, "{Source} is heard again, after {Seconds:F1} s")]
    public static partial void SourceIsBack(this ILogger logger, string source, double seconds);

    [LoggerMessage(713, LogLevel.Warning, "{Playlist}: skipped {Count} more tracks after those. The last: {Problem}")]
    public static partial void MoreTracksSkipped(this ILogger logger, string playlist, int count, string problem);

    [LoggerMessage(725, LogLevel.Information, "{Source}: {End} There is silence until it is heard again")]
    public static partial void SourceEnded(this ILogger logger, string source, string end);

    [LoggerMessage(750, LogLevel.Warning, "{Folder}: {Count} folders are more than {Depth} deep and left out. The first: {First}")]
    public static partial void FoldersTooDeep(this ILogger logger, string folder, int count, int depth, string first);

    [LoggerMessage(751, LogLevel.Warning, "{Playlist}: left out a list that it names. {Problem}")]
    public static partial void ListLeftOut(this ILogger logger, string playlist, string problem);

    [LoggerMessage(752, LogLevel.Warning, "{Playlist}: only its first {Lists} playlists and folders, or {Files} files, are played")]
    public static partial void PlaylistTooLarge(this ILogger logger, string playlist, int lists, int files);
}
