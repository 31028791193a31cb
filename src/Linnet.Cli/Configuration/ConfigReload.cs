using System.Runtime.InteropServices;
using Linnet.Cli.Commands;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Configuration;

/// <summary>
/// Follows the configuration file while a server runs: reads it again when it changes, and at SIGHUP. Stations that did not change are not
/// touched. A file with a mistake changes nothing.
/// </summary>
internal sealed partial class ConfigReload : IAsyncDisposable
{
    // The file is looked at this often. Notices of the system do not come for mounted volumes and replaced links.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly StationServer _server;
    private readonly Shell _shell;
    private readonly DisplayLogger _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly PosixSignalRegistration? _hangUp;
    private readonly Task _watching;
    private ServeConfiguration _current;
    private (DateTime Written, long Length) _seen;
    private volatile bool _isAsked;

    public ConfigReload(ServeConfiguration configuration, StationServer server, Shell shell, DisplayLogger log)
    {
        (_current, _server, _shell, _log) = (configuration, server, shell, log);
        _seen = Look();
        if (!shell.IsTerminal && !OperatingSystem.IsWindows())
        {
            // At a terminal it means that the terminal was closed.
            _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _isAsked = true;
            });
            Interrupt.EndsAtHangUp = false;
        }

        _watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // From here on a hang-up ends the program again.
        Interrupt.EndsAtHangUp = true;
        _hangUp?.Dispose();
        await _ending.CancelAsync();
        await _watching;
        _ending.Dispose();
    }

    private string Path => _current.File!.Name;

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Period, _shell.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                (DateTime, long) now = Look();
                if (!_isAsked && (now == _seen || now == default))
                {
                    continue;
                }

                (_isAsked, _seen) = (false, now);
                try
                {
                    await ReadAgainAsync();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogNotRead(_log, Path, e is UsageException ? e.Message : Failure.Explain(e));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    // Nothing while the file is away: an editor or a mount replaces it.
    private (DateTime Written, long Length) Look()
    {
        try
        {
            var file = new FileInfo(Path);
            var target = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private async Task ReadAgainAsync()
    {
        ServeConfiguration next = _current.ReadAgain(_shell with { Error = TextWriter.Null });
        if (next.Request is null)
        {
            foreach (ConfigProblem problem in next.Problems)
            {
                LogProblem(_log, problem.ToString());
            }

            LogNotRead(_log, Path, "Nothing is changed until it is corrected.");
            return;
        }

        (var before, var after) = (_current.Signatures(), next.Signatures());
        string[] removed = [.. before.Keys.Where(name => !after.ContainsKey(name))];
        string[] changed = [.. after.Keys.Where(name => before.TryGetValue(name, out string? old) && old != after[name])];
        string[] added = [.. after.Keys.Where(name => !before.ContainsKey(name))];
        foreach (string name in removed)
        {
            await _server.RemoveAsync(name);
        }

        foreach (string name in (string[])[.. changed, .. added])
        {
            await OpenAsync(next.Request.Stations.First(station => station.Name == name), isNew: !changed.Contains(name));
        }

        string[] later = [.. next.Settings.ServerDifferences(_current.Settings)];
        _current = next;
        LogRead(_log, Path, Names(added), Names(changed), Names(removed));
        if (later.Length > 0)
        {
            LogLater(_log, string.Join(", ", later));
        }
    }

    private async Task OpenAsync(ServedStation station, bool isNew)
    {
        try
        {
            OpenedStation opened = OpenedStation.Open(station, _shell.Time, _log, _ending.Token);
            if (!isNew)
            {
                await _server.RemoveAsync(station.Name);
            }

            opened.AddTo(_server);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotOpened(_log, station.Name, Failure.Explain(e));
        }
    }

    private static string Names(string[] names) => names.Length == 0 ? "none" : string.Join(' ', names);

    [LoggerMessage(1002, LogLevel.Information, "{File} was read again. Stations added: {Added}; changed: {Changed}; removed: {Removed}")]
    private static partial void LogRead(ILogger logger, string file, string added, string changed, string removed);

    [LoggerMessage(1003, LogLevel.Error, "{File} was not read again. {Problem}")]
    private static partial void LogNotRead(ILogger logger, string file, string problem);

    [LoggerMessage(1004, LogLevel.Error, "{Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);

    [LoggerMessage(1005, LogLevel.Warning, "These settings have changed and need a restart: {Settings}")]
    private static partial void LogLater(ILogger logger, string settings);

    [LoggerMessage(1006, LogLevel.Error, "The station {Station} is left as it was: {Problem}")]
    private static partial void LogNotOpened(ILogger logger, string station, string problem);
}
