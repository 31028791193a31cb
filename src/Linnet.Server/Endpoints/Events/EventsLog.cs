using Microsoft.Extensions.Logging;

namespace Linnet.Server.Endpoints.Events;

/// <summary>What the events of the page say. Ids 1730–1739.</summary>
internal static partial class EventsLog
{
    [LoggerMessage(1730, LogLevel.Error, "The web page is not updated. It is tried again, and this is logged once until it works")]
    public static partial void LookFailed(this ILogger logger, Exception exception);
}
