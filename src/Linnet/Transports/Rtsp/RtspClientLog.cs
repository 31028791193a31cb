using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtsp;

/// <summary>Everything an RTSP client says. Event ids 600–699.</summary>
internal static partial class RtspClientLog
{
    [LoggerMessage(600, LogLevel.Information, "Nothing came from {Server} over UDP in {Seconds} s: taking TCP")]
    public static partial void UdpGivenUp(this ILogger logger, string server, double seconds);

    [LoggerMessage(601, LogLevel.Information, "Repair: {Decision}")]
    public static partial void RepairDecided(this ILogger logger, string decision);
}
