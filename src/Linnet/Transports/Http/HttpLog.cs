using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http;

/// <summary>What the front of the HTTP port says. Event id 543.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(543, LogLevel.Error, "Serving {Remote} over HTTP failed")]
    public static partial void HttpFailed(this ILogger logger, Exception exception, EndPoint? remote);
}
