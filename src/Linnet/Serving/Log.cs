using Microsoft.Extensions.Logging;

namespace Linnet.Serving;

/// <summary>Log messages about protocols. Event ids 1700–1709.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Error, "{Protocol} failed and is not served any more; the other protocols go on")]
    public static partial void ProtocolFailed(this ILogger logger, Exception exception, string protocol);
}
