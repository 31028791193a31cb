using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting;

/// <summary>
/// Passes ASP.NET's log messages to the server's own logger, warnings and errors only. A failed start is not logged: the caller gets the
/// exception and reports it.
/// </summary>
internal sealed partial class HostLogging(ILogger logger) : ILoggerProvider
{
    private const string OfTheHost = "Microsoft.Extensions.Hosting";

    // Kestrel's timer was late. That happens on every busy machine; "late by" and the metrics show it better.
    private const string LateHeartbeat = "HeartbeatSlow";

    public ILogger CreateLogger(string categoryName) =>
        new Pages(logger, isSilent: categoryName.StartsWith(OfTheHost, StringComparison.Ordinal));

    public void Dispose()
    {
        // The owner disposes the logger.
    }

    /// <summary>Logs a message of the HTTP server as a sentence of this program.</summary>
    private sealed partial class Pages(ILogger logger, bool isSilent) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => !isSilent && logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name != LateHeartbeat)
            {
                PagesTrouble(logger, exception, exception?.Message ?? formatter(state, exception));
            }
        }

        [LoggerMessage(770, LogLevel.Warning, "The HTTP server reported a problem: {Problem}")]
        private static partial void PagesTrouble(ILogger logger, Exception? exception, string problem);
    }
}
