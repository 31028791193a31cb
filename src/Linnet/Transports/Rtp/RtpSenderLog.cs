using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtp;

/// <summary>What is said of the ports from which all listeners by UDP are served. Event ids 505 and 506.</summary>
internal static partial class RtpSenderLog
{
    [LoggerMessage(
        505, LogLevel.Error, "A datagram from a listener could not be taken; the port goes on (failure {Failures} since the start)")]
    public static partial void DatagramFailed(this ILogger logger, Exception exception, long failures);

    [LoggerMessage(506, LogLevel.Error, "Listeners by UDP are not heard any more: their port broke. Trying again in {Seconds} s")]
    public static partial void PortBroke(this ILogger logger, Exception exception, double seconds);
}
