using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtsp;

/// <summary>Everything an RTSP client says. Event ids 600–699.</summary>
internal static partial class RtspClientLog
{
    [LoggerMessage(600, LogLevel.Information, "Nothing came from {Server} over UDP in {Seconds} s: taking TCP")]
    public static partial void UdpGivenUp(this ILogger logger, string server, double seconds);

    [LoggerMessage(740, LogLevel.Warning, "Sound no longer comes from {Server} over UDP, though it answers: setting it up again")]
    public static partial void UdpLost(this ILogger logger, string server);

    [LoggerMessage(741, LogLevel.Warning, "UDP from {Server} brings no sound any more: taking TCP")]
    public static partial void UdpLostForGood(this ILogger logger, string server);

    [LoggerMessage(742, LogLevel.Warning,
        "Nothing comes from {Server} over UDP, though it answers. Trying again in {Seconds:F1} s; an automatic choice would take TCP")]
    public static partial void UdpBringsNothing(this ILogger logger, string server, double seconds);

    [LoggerMessage(743, LogLevel.Information, "Sound comes from {Server} again, over {Transport}")]
    public static partial void SoundIsBack(this ILogger logger, string server, string transport);

    [LoggerMessage(
        760, LogLevel.Information, "{Server} sends nothing in the audio section that was chosen, for {Seconds} s: trying the next")]
    public static partial void SectionSilent(this ILogger logger, string server, double seconds);

    [LoggerMessage(601, LogLevel.Debug, "Repair: {Decision}")]
    public static partial void RepairDecided(this ILogger logger, string decision);
}
