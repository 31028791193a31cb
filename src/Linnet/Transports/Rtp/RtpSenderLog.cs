using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtp;

/// <summary>Log messages about the ports that serve all listeners over UDP. Event ids 505 and 506.</summary>
internal static partial class RtpSenderLog
{
    [LoggerMessage(
        505, LogLevel.Error, "Handling a datagram from a listener failed. The port stays open (failure {Failures} since the start)")]
    public static partial void DatagramFailed(this ILogger logger, Exception exception, long failures);

    [LoggerMessage(506, LogLevel.Error,
        "Cannot receive from listeners over UDP: the port broke. Sound is still sent, and listeners over TCP are not affected. Retrying "
            + "in {Seconds} s")]
    public static partial void PortBroke(this ILogger logger, Exception exception, double seconds);
}
