using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting;

/// <summary>
/// Lets ASP.NET speak through the server's own logger, and only when something is wrong. That a host did not start is not among it: whoever
/// started it gets the exception, and says that in words of this program.
/// </summary>
internal sealed partial class HostLogging(ILogger logger) : ILoggerProvider
{
    private const string OfTheHost = "Microsoft.Extensions.Hosting";

    // Kestrel's timer was late: so it is on every busy machine, and "late by" and the metrics show that better.
    private const string LateHeartbeat = "HeartbeatSlow";

    public ILogger CreateLogger(string categoryName) =>
        new Pages(logger, isSilent: categoryName.StartsWith(OfTheHost, StringComparison.Ordinal));

    public void Dispose()
    {
        // The logger is its owner's.
    }

    /// <summary>Says what the pages' server says, as a sentence of this program's.</summary>
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

        [LoggerMessage(770, LogLevel.Warning, "Pages are not answered as they should be: {Problem}")]
        private static partial void PagesTrouble(ILogger logger, Exception? exception, string problem);
    }
}
