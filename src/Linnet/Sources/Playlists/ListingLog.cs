using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>
/// Says what a list leaves out when that is new: once a round, and not again each round for as long as it stays the same.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ListingLog(ILogger logger) : ILogger
{
    /// <summary>The most lines remembered; beyond that they are said again.</summary>
    private const int MaxLines = 1000;

    private HashSet<string> _before = [];
    private HashSet<string> _now = [];

    /// <summary>Makes one list. What one that fails says counts beside what was said before.</summary>
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
