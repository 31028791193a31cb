using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http;

/// <summary>Log messages of the HTTP port's front. Event id 543.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(543, LogLevel.Error, "Serving {Remote} over HTTP failed")]
    public static partial void HttpFailed(this ILogger logger, Exception exception, EndPoint? remote);
}
