using Linnet.Access;
using Linnet.Cli.Configuration;
using Linnet.Cli.Panels;
using Linnet.Cli.Stats;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Cli.Commands;

/// <summary>Runs the command <c>serve</c>.</summary>
internal static class ServeSession
{
    public static async Task<int> RunAsync(ServeConfiguration configuration, Shell shell, CancellationToken cancellationToken)
    {
        ServeRequest request = configuration.RequiredToServe();
        Failure.ThrowIfFewFiles();
        Privileges.Lower(request.User, shell);
        if (request.Stations.FirstOrDefault(static s => s.PlaysOnce && IsEndless(s.Source)) is { } endless)
        {
            shell.Say($"The station {endless.Name} never ends, so linnet does not exit by itself, in spite of --once.");
        }

        using var session = new Session(shell, request.WantsJson, outIsTaken: false, cancellationToken);
        (StationServer opened, List<(ServedStation Station, Exception Problem)> failed) = await OpenAsync(
            request, mayFail: configuration.File is not null, shell, session.Log, session.Ending);
        await using StationServer server = opened;
        using ITimer? trimming = Heaps.TrimRegularly(shell.Time);
        await using RadioHost? host = request.Http is { } http
            ? await RadioHost.StartAsync(server, http, shell.Time, session.Log, session.Ending)
            : null;
        await using var reload =
            configuration.File is null ? null : new ConfigReload(configuration, server, host, failed, shell, session.Log);
        var monitor = new ServerMonitor(server, request.Server.Bind);
        string[] trust = [.. OwnAuthorityNotice.Of(host, monitor)];
        string[] pushed = [.. request.Stations.Where(static s => s.Source.Kind == SourceKind.Push).Select(static s => s.Name)];
        if (session.IsPlain)
        {
            ListenAddresses.Announce(
                monitor.Addresses, shell.Out, monitor.HttpAddresses, monitor.OtherAddresses,
                [.. request.Stations.Select(static s => s.Name)]);
            ListenAddresses.AnnouncePush(monitor.HttpAddresses, pushed, shell.Out);
            if (request.Stations.Count == 0)
            {
                shell.Out.WriteLine("Waiting for stations of other servers.");
            }

            Array.ForEach(trust, shell.Out.WriteLine);
            shell.Out.Flush();
        }

        var addresses = new AddressPanel(
            monitor.Addresses,
            monitor.HttpAddresses,
            [.. monitor.HttpAddresses.Take(1).SelectMany(page => pushed.Select(name => ListenAddresses.PushAddress(page, name)))],
            trust);
        await session.ShowAsync(
            server.RunAsync(session.Ending),
            new PanelPages(
                width => [.. monitor.Render(width), .. ServerPanel.Keys(width)], monitor.Figures, addresses.Render),
            isLast => StatsJson.Line(new ServerStats(monitor.GetStatistics(), monitor.AllAddresses, isLast)));

        // One broken source does not end a server, but if all sources failed, the command has failed.
        IReadOnlyList<StationSnapshot> stations = server.GetStatistics().Stations;
        return stations.Count > 0 && stations.All(static s => s.State == StationState.Failed) ? ExitCode.Failed : ExitCode.Ended;
    }

    private static bool IsEndless(SourceSpec source) => source.Kind is SourceKind.Tone or SourceKind.Capture || source.IsFed;

    /// <summary>Rejects a station for pushes if no client could push to it.</summary>
    /// <exception cref="UsageException">No client could push to it.</exception>
    internal static void CheckPush(ServeRequest request)
    {
        ServedStation[] pushed = [.. request.Stations.Where(static s => s.Source.Kind == SourceKind.Push)];
        if (pushed.Length > 0 && request.Http is not { HasHttp: true })
        {
            throw new UsageException($"Pushing to {pushed[0].Name} needs HTTP, which --http-port off switches off.");
        }

        AccessOptions access = request.Server.Access;
        if (string.IsNullOrEmpty(request.Server.Push.Password) && access.Hook is null
            && pushed.FirstOrDefault(s => !access.Accounts.Any(account => account.May(AccessAction.Push, s.Name))) is { } station)
        {
            throw new UsageException(
                $"Pushing to {station.Name} needs a password: put one into {PushOptions.Variable}, or into a file for "
                    + "--push-password-file. Or add an account with the role push (linnet user add).");
        }
    }

    // The stations of a file are tried again if they do not open, as long as another one does.
    private static async Task<(StationServer Server, List<(ServedStation Station, Exception Problem)> Failed)> OpenAsync(
        ServeRequest request, bool mayFail, Shell shell, DisplayLogger log, CancellationToken cancellationToken)
    {
        var opened = new List<OpenedStation>();
        var failed = new List<(ServedStation, Exception)>();
        try
        {
            foreach (ServedStation station in request.Stations)
            {
                try
                {
                    opened.Add(OpenedStation.Open(station, shell.Time, log, cancellationToken));
                }
                catch (Exception e) when (mayFail && failed.Count + 1 < request.Stations.Count
                    && !cancellationToken.IsCancellationRequested)
                {
                    failed.Add((station, e));
                }
            }

            StationServer server = StationServer.Open(
                [.. opened.Select(static o => o.Own).OfType<Station>()],
                request.Server with { Expected = [.. failed.Select(static f => f.Item1.Name)] }, shell.Time, log,
                [.. opened.Select(static o => o.Fed).OfType<IngestStation>()]);
            return (server, failed);
        }
        catch
        {
            foreach (OpenedStation station in opened)
            {
                await station.DisposeAsync();
            }

            throw;
        }
    }
}
