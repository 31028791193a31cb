using Microsoft.Extensions.Logging;

namespace Linnet.Server.Hosting;

/// <summary>Lets ASP.NET speak through the server's own logger, and only when something is wrong.</summary>
internal sealed class HostLogging(ILogger logger) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => logger;

    public void Dispose()
    {
        // The logger is its owner's.
    }
}
