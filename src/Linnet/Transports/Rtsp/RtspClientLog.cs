using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtsp;

/// <summary>Log messages of the RTSP client. Event ids 600–699.</summary>
internal static partial class RtspClientLog
{
    [LoggerMessage(600, LogLevel.Information, "Received nothing from {Server} over UDP for {Seconds} s: switching to TCP")]
    public static partial void UdpGivenUp(this ILogger logger, string server, double seconds);

    [LoggerMessage(740, LogLevel.Warning, "Audio from {Server} over UDP has stopped, but the server answers: setting up again")]
    public static partial void UdpLost(this ILogger logger, string server);

    [LoggerMessage(741, LogLevel.Warning, "Audio from {Server} over UDP has stopped: switching to TCP")]
    public static partial void UdpLostForGood(this ILogger logger, string server);

    [LoggerMessage(742, LogLevel.Warning,
        "{Server} sends nothing over UDP, but answers. Trying again in {Seconds:F1} s; an automatic choice would take TCP")]
    public static partial void UdpBringsNothing(this ILogger logger, string server, double seconds);

    [LoggerMessage(743, LogLevel.Information, "{Server} sends audio again, over {Transport}")]
    public static partial void SoundIsBack(this ILogger logger, string server, string transport);

    [LoggerMessage(
        760, LogLevel.Information, "{Server} has sent nothing in the selected audio section for {Seconds} s: trying the next")]
    public static partial void SectionSilent(this ILogger logger, string server, double seconds);

    [LoggerMessage(602, LogLevel.Debug, "SRTP is not used, so audio from {Server} arrives over TCP: {Problem}")]
    public static partial void SrtpNotUsed(this ILogger logger, string server, string problem);

    [LoggerMessage(601, LogLevel.Debug, "Repair: {Decision}")]
    public static partial void RepairDecided(this ILogger logger, string decision);
}
