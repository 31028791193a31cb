using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>Puts a station's name before the messages of the player that receives its audio: a server may have many.</summary>
/// <param name="logger">Gets the messages.</param>
/// <param name="station">The station's name.</param>
internal sealed class StationLogger(ILogger logger, string station) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        logger.Log(logLevel, eventId, state, exception, (s, e) => $"Station {station}: {formatter(s, e)}");
}
