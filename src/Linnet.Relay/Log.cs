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

    [LoggerMessage(1809, LogLevel.Warning, "{Rendition}: taking its sound from another server failed{Unsaid}")]
    public static partial void FeedFailed(this ILogger logger, Exception exception, string rendition, Unsaid unsaid);

    [LoggerMessage(1810, LogLevel.Warning, "{Rendition}: sending its sound to other servers failed{Unsaid}")]
    public static partial void PublishFailed(this ILogger logger, Exception exception, string rendition, Unsaid unsaid);

    [LoggerMessage(1811, LogLevel.Information, "Station {Station} is served from {Node}")]
    public static partial void EdgeBegun(this ILogger logger, string station, string node);

    [LoggerMessage(1812, LogLevel.Information, "Station {Station} is now served from {Node}, no longer from {Before}")]
    public static partial void EdgeMoved(this ILogger logger, string station, string node, string before);

    [LoggerMessage(1813, LogLevel.Information, "Station {Station} is no longer served: no other server has it")]
    public static partial void EdgeEnded(this ILogger logger, string station);

    [LoggerMessage(1814, LogLevel.Warning, "Station {Station}: {Node} has it, but does not describe it{Unsaid}")]
    public static partial void NotDescribed(this ILogger logger, string station, string node, Unsaid unsaid);

    [LoggerMessage(1817, LogLevel.Warning, "{Rendition}: nothing comes from {Node}. Listeners hear the fallback or silence until it is "
        + "back{Problem}")]
    public static partial void Filling(this ILogger logger, string rendition, string node, string problem);

    [LoggerMessage(1818, LogLevel.Information, "{Rendition}: its sound comes from {Node} again")]
    public static partial void Filled(this ILogger logger, string rendition, string node);

    [LoggerMessage(1816, LogLevel.Error, "Another server has the name {Node}, too: neither gets the stations of the other. Give one of "
        + "them another name{Unsaid}")]
    public static partial void SameName(this ILogger logger, string node, Unsaid unsaid);

    [LoggerMessage(1815, LogLevel.Warning, "The relay failed for a moment, and goes on{Unsaid}")]
    public static partial void RelayFailed(this ILogger logger, Exception exception, Unsaid unsaid);
}
