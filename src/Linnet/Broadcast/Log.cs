using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Broadcast;

/// <summary>Log messages of the sender threads. Event ids 211–212.</summary>
internal static partial class Log
{
    [LoggerMessage(211, LogLevel.Error, "Sending to {Remote} failed, so it is dropped")]
    public static partial void SendingFailed(this ILogger logger, Exception exception, EndPoint? remote);

    [LoggerMessage(212, LogLevel.Error, "A sender thread failed and continues (failures so far: {Times})")]
    public static partial void SenderThreadFailed(this ILogger logger, Exception exception, long times);
}
