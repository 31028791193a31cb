using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving;

/// <summary>Log messages about protocols. Event ids 1700–1709, 9602.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Error, "{Protocol} failed and is not served any more; the other protocols go on")]
    public static partial void ProtocolFailed(this ILogger logger, Exception exception, string protocol);

    [LoggerMessage(1702, LogLevel.Error, "{Protocol} gave no figures; the last ones are shown{Unsaid}")]
    public static partial void ProtocolHasNoFigures(this ILogger logger, Exception exception, string protocol, Unsaid unsaid);

    [LoggerMessage(1703, LogLevel.Error, "{Protocol} could not be closed; the rest of the server is")]
    public static partial void ProtocolDidNotClose(this ILogger logger, Exception exception, string protocol);

    [LoggerMessage(9602, LogLevel.Warning, "Not offered over HTTP: {Renditions}. {Problem}")]
    public static partial void NotOffered(this ILogger logger, string renditions, string problem);
}
