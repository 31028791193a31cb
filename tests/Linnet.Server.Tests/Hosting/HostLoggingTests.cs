using Linnet.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Hosting;

public class HostLoggingTests
{
    [Theory]
    [InlineData("ConnectionBadRequest", 1)]
    [InlineData("HeartbeatSlow", 0)]
    public void Messages_that_only_report_a_busy_machine_are_not_logged(string name, int lines)
    {
        var log = new Lines();
        using var logging = new HostLogging(log);

        logging.CreateLogger("Microsoft.AspNetCore.Server.Kestrel")
            .Log(LogLevel.Warning, new EventId(22, name), "late", null, static (text, _) => text);

        Assert.Equal(lines, log.Count);
    }

    private sealed class Lines : ILogger
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
