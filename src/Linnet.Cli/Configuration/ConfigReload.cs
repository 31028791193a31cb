using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Linnet.Cli.Commands;
using Linnet.Cli.Panels;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
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

    // A disk or a pipe may not answer. The other stations do not wait for it longer than this.
    private static readonly TimeSpan LongestOpening = TimeSpan.FromSeconds(10);

    private readonly ServeConfiguration _started;
    private readonly StationServer _server;
    private readonly RadioHost? _host;
    private readonly Shell _shell;
    private readonly DisplayLogger _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly PosixSignalRegistration? _hangUp;
    private readonly Task _watching;

    // What runs, by the name of the station.
    private readonly ConcurrentDictionary<string, string> _applied;
    private IReadOnlyCollection<string> _known;
    private FileStamp _seen;
    private volatile bool _isAsked;

    public ConfigReload(ServeConfiguration configuration, StationServer server, RadioHost? host, Shell shell, DisplayLogger log)
    {
        (_started, _server, _host, _shell, _log) = (configuration, server, host, shell, log);
        (_seen, _known) = (configuration.File!.Stamp, configuration.Locations);
        _applied = new ConcurrentDictionary<string, string>(configuration.Signatures());
        _server.Directory.Order([.. configuration.Signatures().Keys]);
        if (!shell.IsTerminal && !shell.HasKeys && !OperatingSystem.IsWindows())
        {
            // At a terminal it means that the terminal was closed.
            _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _isAsked = true;
            });
            Interrupt.EndsAtHangUp = false;
        }

        _watching = Task.Run(WatchAsync);
    }

    private string Path => _started.File!.Name;

    public async ValueTask DisposeAsync()
    {
        // From here on a hang-up ends the program again.
        Interrupt.EndsAtHangUp = true;
        _hangUp?.Dispose();
        await _ending.CancelAsync();
        await _watching;
        _ending.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Period, _shell.Time);
        FileStamp last = _seen;
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                FileStamp now = FileStamp.Of(Path);

                // While it is being written, half of it may look like a whole.
                bool isSettled = now == last;
                last = now;
                if (!_isAsked && (now == _seen || now == default || !isSettled))
                {
                    continue;
                }

                (_isAsked, _seen) = (false, now);
                try
                {
                    await ReadAgainAsync().WaitAsync(_ending.Token);
                }
                catch (Exception e) when (!_ending.IsCancellationRequested)
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

    private async Task ReadAgainAsync()
    {
        ServeConfiguration next =
            await Task.Run(() => _started.ReadAgain(_shell with { Error = TextWriter.Null }, _known))
                .WaitAsync(LongestOpening, _shell.Time);
        if (next.Request is not { } request)
        {
            foreach (ConfigProblem problem in next.Problems)
            {
                LogProblem(_log, problem.ToString());
            }

            LogNotRead(_log, Path, "Nothing is changed until it is corrected.");
            return;
        }

        // Stations are added to the server that runs, whatever the file says of another.
        ServeRequest started = _started.Required();
        ServeSession.CheckPush(request with { Server = started.Server, Http = started.Http });

        OrderedDictionary<string, string> wanted = next.Signatures();
        string[] removed = [.. _applied.Keys.Where(name => !wanted.ContainsKey(name))];
        string[] changed = [.. wanted.Keys.Where(name => _applied.TryGetValue(name, out string? old) && old != wanted[name])];
        string[] added = [.. wanted.Keys.Where(name => !_applied.ContainsKey(name))];
        foreach (string name in removed)
        {
            await _server.RemoveAsync(name);
            _applied.TryRemove(name, out _);
        }

        bool[] opened = await Task.WhenAll(
            changed.Concat(added).Select(name => TryOpenAsync(request.Stations.First(s => s.Name == name), isNew: added.Contains(name))));
        string[] done = [.. changed.Concat(added).Where((_, i) => opened[i])];
        foreach (string name in done)
        {
            _applied[name] = wanted[name];
        }

        _known = next.Locations;
        _server.Directory.Order([.. wanted.Keys]);
        LogRead(_log, Path, Names(added.Intersect(done)), Names(changed.Intersect(done)), Names(removed));
        bool isRenewed = TryRenewCertificate(request);
        string[] later = [.. next.Settings.ServerDifferences(_started.Settings)
            .Where(path => !isRenewed || !path.StartsWith("tls.", StringComparison.Ordinal))];
        if (later.Length > 0)
        {
            LogLater(_log, string.Join(", ", later));
        }
    }

    // Whether the ports have the certificate that the file names now. A port with TLS cannot be added.
    private bool TryRenewCertificate(ServeRequest request)
    {
        if (_host is null || request.Http?.Tls is not { } tls || _started.Required().Http?.Tls is null)
        {
            return false;
        }

        try
        {
            _host.Renew(tls);
        }
        catch (IOException e)
        {
            LogNotRenewed(_log, e.Message);
        }

        return true;
    }

    private async Task<bool> TryOpenAsync(ServedStation station, bool isNew)
    {
        // Two readers of one input each get a part of it.
        if (!isNew && ServeCommand.MayBeRaw(station.Source))
        {
            LogNotOpened(_log, station.Name, "a change of what reads standard input or a named pipe needs a restart.");
            return false;
        }

        try
        {
            // A sound input may have one user only.
            bool isFirstRemoved = !isNew && station.Source.Kind == SourceKind.Capture;
            if (isFirstRemoved)
            {
                await _server.RemoveAsync(station.Name);
                _applied.TryRemove(station.Name, out _);
            }

            OpenedStation opened = await OpenAsync(station);
            try
            {
                if (!isNew && !isFirstRemoved)
                {
                    await _server.RemoveAsync(station.Name);
                }

                opened.AddTo(_server);
            }
            catch
            {
                await opened.DisposeAsync();
                throw;
            }

            return true;
        }
        catch (Exception e) when (!_ending.IsCancellationRequested)
        {
            LogNotOpened(_log, station.Name, e is TimeoutException
                ? $"its source did not open within {LongestOpening.TotalSeconds} s." : Failure.Explain(e));
            return false;
        }
    }

    private async Task<OpenedStation> OpenAsync(ServedStation station)
    {
        Task<OpenedStation> opening = Task.Run(() => OpenedStation.Open(station, _shell.Time, _log, _ending.Token));
        try
        {
            return await opening.WaitAsync(LongestOpening, _shell.Time, _ending.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _ = opening.ContinueWith(
                static late => late.Result.DisposeAsync().AsTask(), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(' ', names) is { Length: > 0 } all ? all : "none";

    [LoggerMessage(1002, LogLevel.Information, "{File} was read again. Stations added: {Added}; changed: {Changed}; removed: {Removed}")]
    private static partial void LogRead(ILogger logger, string file, string added, string changed, string removed);

    [LoggerMessage(1003, LogLevel.Error, "{File} was not read again. {Problem}")]
    private static partial void LogNotRead(ILogger logger, string file, string problem);

    [LoggerMessage(1004, LogLevel.Error, "The configuration has a mistake. {Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);

    [LoggerMessage(1005, LogLevel.Warning, "These settings have changed and need a restart: {Settings}")]
    private static partial void LogLater(ILogger logger, string settings);

    [LoggerMessage(1017, LogLevel.Error, "The certificate is not changed, and the old one stays: {Problem}")]
    private static partial void LogNotRenewed(ILogger logger, string problem);

    [LoggerMessage(1006, LogLevel.Error, "The station {Station} is not added or changed: {Problem}")]
    private static partial void LogNotOpened(ILogger logger, string station, string problem);
}
