using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Panels;

/// <summary>Shows what the library logs: on the display where there is one, else on standard error.</summary>
/// <param name="shell">Where the program runs.</param>
/// <param name="least">The lowest level to show. A panel shows the rest by itself.</param>
internal sealed class DisplayLogger(Shell shell, LogLevel least) : ILogger, ILoggerFactory
{
    private volatile Display? _display;

    /// <summary>From now on shows lines on <paramref name="display"/>; with <see langword="null"/>, on standard error again.</summary>
    public void Use(Display? display) => _display = display;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one place to tell people things.");

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (shell.IsDebugging ? LogLevel.Debug : least);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        string sentence;
        try
        {
            string? flag = SettingFlags.Find(eventId.Id, exception);
            sentence = Text.Printable(formatter(state, exception)) + (flag is null ? "" : $" ({flag})");
        }
        catch (Exception e)
        {
            // A value that cannot be formatted is no reason to stop the code that logs.
            sentence = $"Event {eventId.Id} cannot be put into words: {e.Message}";
        }

        if (_display is { } display)
        {
            display.Say(sentence);
        }
        else
        {
            shell.Say(sentence);
        }

        // The sentence says all about a lost connection; the log call passes the exception only so that the option can be found.
        if (exception is not null and not Transports.TransportException && shell.IsDebugging)
        {
            shell.Error.WriteLine(exception);
        }
    }
}
