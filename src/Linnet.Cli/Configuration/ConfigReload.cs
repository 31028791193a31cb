using System.Runtime.InteropServices;
using Linnet.Cli.Commands;
using Linnet.Cli.Panels;
using Linnet.Server.Endpoints;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Configuration;

/// <summary>
/// Follows the configuration file while a server runs: reads it again when it changes, at SIGHUP, and when the API asks. Stations that did
/// not change are not touched. A file with a mistake changes nothing.
/// </summary>
internal sealed partial class ConfigReload : IAsyncDisposable
{
    // The file is looked at this often. Notices of the system do not come for mounted volumes and replaced links.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // A disk may not answer.
    private static readonly TimeSpan LongestReading = TimeSpan.FromSeconds(10);

    private readonly StationServer _server;
    private readonly RadioHost? _host;
    private readonly Shell _shell;
    private readonly DisplayLogger _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly PosixSignalRegistration? _hangUp;
    private readonly StationChanges _stations;
    private readonly Task _watching;

    // One reader at a time.
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ServeConfiguration _started;
    private ServeConfiguration _applied;
    private FileStamp _seen;

    // The stations that are not open to everyone now.
    private IReadOnlyCollection<string> _closed;
    private volatile bool _isAsked;

    /// <param name="configuration">What the server was started with.</param>
    /// <param name="server">The server.</param>
    /// <param name="host">Its HTTP side; <see langword="null"/>: HTTP is off.</param>
    /// <param name="failed">The stations that did not open at the start.</param>
    /// <param name="shell">The clock, and whether a user is watching.</param>
    /// <param name="log">The log.</param>
    public ConfigReload(
        ServeConfiguration configuration, StationServer server, RadioHost? host,
        IReadOnlyList<(ServedStation Station, Exception Problem)> failed, Shell shell, DisplayLogger log)
    {
        (_started, _applied, _server, _host, _shell, _log) = (configuration, configuration, server, host, shell, log);
        _seen = configuration.File!.Stamp;
        _closed = configuration.Request!.Server.Access.ClosedStations;
        _stations = new StationChanges(server, configuration, failed, shell, log, _ending.Token);
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

        if (host is not null)
        {
            host.Reload = ReloadAsync;
        }

        _watching = Task.Run(WatchAsync);
    }

    private string Path => _started.File!.Name;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            _host.Reload = null;
        }

        // From here on a hang-up ends the program again.
        Interrupt.EndsAtHangUp = true;
        _hangUp?.Dispose();
        await _ending.CancelAsync();
        await _watching;

        // A call of the API may be at work.
        await _gate.WaitAsync();
        _stations.Dispose();
        _ending.Dispose();
    }

    /// <summary>Reads the file again now.</summary>
    /// <param name="cancellationToken">Ends the wait for another reader. What has begun goes on.</param>
    public async Task<ReloadAnswer> ReloadAsync(CancellationToken cancellationToken)
    {
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token))
        {
            await _gate.WaitAsync(either.Token);
        }

        try
        {
            _seen = FileStamp.Of(Path);
            return await ReadAgainAsync();
        }
        catch (Exception e) when (!_ending.IsCancellationRequested)
        {
            string problem = e is UsageException ? e.Message : Failure.Explain(e);
            LogNotRead(_log, Path, problem);
            return ReloadAnswer.Refused(problem);
        }
        finally
        {
            _gate.Release();
        }
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
                if (_isAsked || (await IsOtherAsync(now) && isSettled))
                {
                    _isAsked = false;
                    await ReloadAsync(_ending.Token);
                }
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    // Tries the stations again that did not open, too.
    private async Task<bool> IsOtherAsync(FileStamp now)
    {
        await _gate.WaitAsync(_ending.Token);
        try
        {
            await _stations.RetryAsync();
            OpenChangedStations();
            return now != _seen && now != default;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ReloadAnswer> ReadAgainAsync()
    {
        ServeConfiguration next =
            await Task.Run(() => _started.ReadAgain(_shell with { Error = TextWriter.Null }, _applied.Locations))
                .WaitAsync(LongestReading, _shell.Time);
        if (next.Request is not { } request || next.Problems.Count > 0)
        {
            string[] problems = [.. next.Problems.Select(static problem => problem.ToString())];
            foreach (string problem in problems)
            {
                LogProblem(_log, problem);
            }

            LogNotRead(_log, Path, "Nothing is changed until it is corrected.");
            return ReloadAnswer.Refused(problems);
        }

        // Stations are added to the server that runs, whatever the file says of its ports.
        ServeSession.CheckPush(request with { Http = _started.Request!.Http });

        // Before the stations: one that is not for everyone must not be open for a moment.
        OrderedDictionary<string, string> wanted = next.Signatures();
        Change(request.Server, wanted);
        if (request.Http is { } http)
        {
            _host?.AllowMetrics(http.MetricsNetworks);
        }

        ServeSettings before = _applied.Settings;
        _applied = next;
        (string[] added, string[] changed, string[] removed, Dictionary<string, string> notOpened) =
            await _stations.ApplyAsync(request.Stations, wanted);
        OpenChangedStations();
        _server.Directory.Order([.. wanted.Keys]);
        LogRead(_log, Path, Names(added), Names(changed), Names(removed));
        string[] settings =
            [.. next.Settings.ServerDifferences(before, isLive: true), .. next.Settings.Access.Values.Differences(before.Access.Values)];
        if (settings.Length > 0)
        {
            LogChanged(_log, string.Join(", ", settings));
        }

        bool isRenewed = TryRenewCertificate(request);
        string[] later = [.. next.Settings.ServerDifferences(_started.Settings, isLive: false)
            .Where(path => !isRenewed || !path.StartsWith("tls.", StringComparison.Ordinal))];
        if (later.Length > 0)
        {
            LogLater(_log, string.Join(", ", later));
        }

        return new ReloadAnswer
        {
            Added = added,
            Changed = changed,
            Removed = removed,
            Settings = settings,
            NeedRestart = later,
            NotOpened = notOpened,
        };
    }

    // A station that was closed stays closed until it is removed or has its new source: what it plays until then is not for everyone.
    private void Change(StationServerOptions server, IReadOnlyDictionary<string, string> wanted)
    {
        string[] closed = [.. server.Access.ClosedStations.Union(_closed.Where(name => _stations.IsOld(name, wanted)))];
        _closed = closed;
        _server.Change(server with { Access = server.Access with { ClosedStations = closed } });
    }

    private void OpenChangedStations()
    {
        StationServerOptions server = _applied.Request!.Server;
        IReadOnlyDictionary<string, string> wanted = _applied.Signatures();
        if (_closed.Except(server.Access.ClosedStations).Any(name => !_stations.IsOld(name, wanted)))
        {
            Change(server, wanted);
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

    [LoggerMessage(1012, LogLevel.Information, "These settings have changed and are in effect: {Settings}")]
    private static partial void LogChanged(ILogger logger, string settings);
}
