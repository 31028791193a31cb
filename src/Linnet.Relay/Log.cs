using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Relay;

/// <summary>Log messages of the relay. Event ids 1800–1819.</summary>
internal static partial class Log
{
    [LoggerMessage(1800, LogLevel.Information, "Connected to NATS at {Servers}")]
    public static partial void NatsConnected(this ILogger logger, string servers);

    [LoggerMessage(1801, LogLevel.Warning, "{Problem} It is tried again{Unsaid}")]
    public static partial void NatsFailed(this ILogger logger, string problem, Unsaid unsaid);

    [LoggerMessage(1802, LogLevel.Warning, "The connection to NATS at {Servers} is lost. Stations here play on, and it is tried again")]
    public static partial void NatsLost(this ILogger logger, string servers);

    [LoggerMessage(1803, LogLevel.Information, "Station {Station} is offered to other servers")]
    public static partial void LeaseTaken(this ILogger logger, string station);

    [LoggerMessage(1804, LogLevel.Information, "Station {Station} is offered by {Holder}. This server offers its own if that one stops")]
    public static partial void LeaseIsTaken(this ILogger logger, string station, string holder);

    [LoggerMessage(1805, LogLevel.Warning, "Station {Station} is now offered by {Holder}, and no longer by this server")]
    public static partial void LeaseLost(this ILogger logger, string station, string holder);

    [LoggerMessage(1806, LogLevel.Warning, "Station {Station}: {Problem}{Unsaid}")]
    public static partial void LeasesFailed(this ILogger logger, string station, string problem, Unsaid unsaid);

    [LoggerMessage(1807, LogLevel.Debug, "Station {Station}: its lease was not given back, and ends by itself")]
    public static partial void LeaseNotReleased(this ILogger logger, Exception exception, string station);

    [LoggerMessage(1808, LogLevel.Warning, "{Subject}: answering failed{Unsaid}")]
    public static partial void AnswerFailed(this ILogger logger, Exception exception, string subject, Unsaid unsaid);
}
