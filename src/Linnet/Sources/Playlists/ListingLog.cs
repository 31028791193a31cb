using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>
/// Logs what a list leaves out only when that is new: once per round, and not again while it stays the same.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ListingLog(ILogger logger) : ILogger
{
    /// <summary>Maximum number of remembered lines; further ones are logged each time.</summary>
    private const int MaxLines = 1000;

    private HashSet<string> _before = [];
    private HashSet<string> _now = [];

    /// <summary>Reads the list once. If it fails, its lines are added to those of the previous round.</summary>
    internal IReadOnlyList<PlaylistEntry> Round(Func<IReadOnlyList<PlaylistEntry>> list)
    {
        _now = [];
        try
        {
            IReadOnlyList<PlaylistEntry> entries = list();
            _before = [];
            return entries;
        }
        finally
        {
            _before.UnionWith(_now);
            _before = _before.Count > MaxLines ? _now : _before;
        }
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = formatter(state, exception);
        if (_now.Contains(line))
        {
            return;
        }

        if (_now.Count < MaxLines)
        {
            _now.Add(line);
        }

        if (!_before.Contains(line))
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
