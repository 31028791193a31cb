using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>Keeps what a server logs.</summary>
internal sealed class HostLog : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _events = new();

    public int Count(int id) => _events.Count(e => e.Id == id);

    public IEnumerable<string> Texts => _events.Select(static e => e.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue((eventId.Id, formatter(state, exception)));
}
