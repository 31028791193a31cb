using Linnet.Cli.Commands;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Sources;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Configuration;

/// <summary>
/// Adds, changes and removes the stations of a server that runs, and tries again those that do not open. One caller at a time.
/// </summary>
internal sealed partial class StationChanges : IDisposable
{
    // A disk or a pipe may not answer. The other stations do not wait for it longer than this.
    private static readonly TimeSpan LongestOpening = TimeSpan.FromSeconds(10);

    private readonly StationServer _server;
    private readonly Shell _shell;
    private readonly DisplayLogger _log;
    private readonly CancellationToken _ending;

    // What runs: the name of each station, and its signature.
    private readonly Dictionary<string, string> _applied;
    private readonly Dictionary<string, StationOpening> _opening = [];

    /// <param name="server">The server.</param>
    /// <param name="configuration">What the server was started with.</param>
    /// <param name="failed">The stations of it that did not open, and why.</param>
    /// <param name="shell">The clock.</param>
    /// <param name="log">The log.</param>
    /// <param name="ending">The server stops.</param>
    public StationChanges(
        StationServer server, ServeConfiguration configuration, IReadOnlyList<(ServedStation Station, Exception Problem)> failed,
        Shell shell, DisplayLogger log, CancellationToken ending)
    {
        (_server, _shell, _log, _ending) = (server, shell, log, ending);
        _applied = new Dictionary<string, string>(configuration.Signatures());
        foreach ((ServedStation station, Exception problem) in failed)
        {
            _applied.Remove(station.Name, out string? signature);
            Fail(_opening[station.Name] = new StationOpening(station, signature!, shell.Time), Failure.Explain(problem));
        }
    }

    /// <summary>Whether a station runs that is not, or no longer, as it is wanted.</summary>
    public bool IsOld(string name, IReadOnlyDictionary<string, string> wanted) =>
        _applied.TryGetValue(name, out string? signature) && signature != wanted.GetValueOrDefault(name);

    /// <summary>Makes the server's stations those that are wanted.</summary>
    /// <param name="stations">The stations.</param>
    /// <param name="wanted">Their names, and for each a text that is different if anything about it is.</param>
    public async Task<(string[] Added, string[] Changed, string[] Removed, Dictionary<string, string> NotOpened)> ApplyAsync(
        IReadOnlyList<ServedStation> stations, IReadOnlyDictionary<string, string> wanted)
    {
        string[] removed = [.. _applied.Keys.Where(name => !wanted.ContainsKey(name))];
        await WaitAsync(removed.Select(RemoveAsync));

        foreach (StationOpening old in _opening.Values.Where(o => wanted.GetValueOrDefault(o.Station.Name) != o.Signature).ToArray())
        {
            old.Abandon();
            _opening.Remove(old.Station.Name);
        }

        string[] before = [.. _applied.Keys];
        var notOpened = new Dictionary<string, string>();
        foreach (ServedStation station in stations.Where(s => _applied.GetValueOrDefault(s.Name) != wanted[s.Name]))
        {
            if (before.Contains(station.Name) && ServeCommand.MayBeRaw(station.Source))
            {
                // Two readers of one input each get a part of it.
                notOpened[station.Name] = "a change of what reads standard input or a named pipe needs a restart.";
                LogNotOpened(_log, station.Name, notOpened[station.Name]);
                continue;
            }

            if (!_opening.TryGetValue(station.Name, out StationOpening? opening))
            {
                _opening[station.Name] = opening = new StationOpening(station, wanted[station.Name], _shell.Time);
            }

            await StartAsync(opening);
        }

        StationOpening[] all = [.. _opening.Values];
        await WaitAsync(all.Select(static o => o.Attempt ?? Task.CompletedTask));
        await FinishAsync();
        foreach (StationOpening late in all.Where(o => o.Attempt is { IsCompleted: false }))
        {
            Say(late, late.Note($"its source did not open within {LongestOpening.TotalSeconds} s."));
        }

        foreach (StationOpening failed in _opening.Values)
        {
            notOpened[failed.Station.Name] = failed.Problem ?? "";
        }

        string[] done = [.. wanted.Keys.Where(name => all.Any(o => o.Station.Name == name) && !_opening.ContainsKey(name))];
        return ([.. done.Except(before)], [.. done.Intersect(before)], removed, notOpened);
    }

    /// <summary>Adds the stations that have opened meanwhile, and starts the attempts that are due. Waits for none.</summary>
    public async Task RetryAsync()
    {
        await FinishAsync();
        foreach (StationOpening opening in _opening.Values.Where(static o => o.IsDue))
        {
            await StartAsync(opening);
        }
    }

    public void Dispose()
    {
        foreach (StationOpening opening in _opening.Values)
        {
            opening.Abandon();
        }
    }

    private async Task StartAsync(StationOpening opening)
    {
        if (opening.Attempt is not null)
        {
            return; // Its source has yet to answer, and a second attempt would wait, too.
        }

        if (opening.Station.Source.Kind == SourceKind.Capture)
        {
            // A sound input may have one user only.
            await RemoveAsync(opening.Station.Name);
        }

        opening.Start(station => OpenedStation.Open(station, _shell.Time, _log, _ending));
    }

    private async Task WaitAsync(IEnumerable<Task> tasks)
    {
        try
        {
            await Task.WhenAll(tasks).WaitAsync(LongestOpening, _shell.Time, _ending);
        }
        catch (Exception) when (!_ending.IsCancellationRequested)
        {
            // Each says for itself what has become of it.
        }
    }

    private async Task FinishAsync()
    {
        foreach (StationOpening opening in _opening.Values.Where(static o => o.Attempt is { IsCompleted: true }).ToArray())
        {
            try
            {
                await AddAsync(await opening.Attempt!);
                _applied[opening.Station.Name] = opening.Signature;
                _opening.Remove(opening.Station.Name);
                if (opening.Problem is not null)
                {
                    LogOpened(_log, opening.Station.Name);
                }
            }
            catch (Exception e) when (!_ending.IsCancellationRequested)
            {
                Fail(opening, Failure.Explain(e));
            }
        }
    }

    private async Task AddAsync(OpenedStation opened)
    {
        try
        {
            await RemoveAsync(opened.Name);
            opened.AddTo(_server);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    // It is heard no longer at once, but a source that does not answer may take long to end.
    private async Task RemoveAsync(string name)
    {
        if (_applied.Remove(name))
        {
            await _server.RemoveAsync(name).AsTask().WaitAsync(LongestOpening, _shell.Time, _ending);
        }
    }

    private void Fail(StationOpening opening, string problem) => Say(opening, opening.Fail(problem));

    private void Say(StationOpening opening, bool isNew)
    {
        if (isNew)
        {
            LogRetried(_log, opening.Station.Name, opening.Problem!);
        }
    }

    [LoggerMessage(1006, LogLevel.Error, "The station {Station} is not changed: {Problem}")]
    private static partial void LogNotOpened(ILogger logger, string station, string problem);

    [LoggerMessage(1010, LogLevel.Error, "The station {Station} does not open, and is tried again: {Problem}")]
    private static partial void LogRetried(ILogger logger, string station, string problem);

    [LoggerMessage(1011, LogLevel.Information, "The station {Station} is open now")]
    private static partial void LogOpened(ILogger logger, string station);
}
