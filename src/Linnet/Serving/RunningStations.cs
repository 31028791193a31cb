using Linnet.Broadcast;
using Linnet.Stations;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving;

/// <summary>The stations of a server: those it began with, and those that come when somebody sends to them.</summary>
internal sealed class RunningStations : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<IngestStation> _fed;
    private readonly List<Task> _tasks = [];
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private IReadOnlyList<Station> _stations;
    private CancellationToken? _running;

    internal RunningStations(IReadOnlyList<Station> stations, IReadOnlyList<IngestStation> fed, TimeProvider time, ILogger logger)
    {
        _fed = fed;
        _time = time;
        _logger = logger;
        _stations = [.. stations, .. fed.Where(f => f.Ingest.Format is not null).Select(f => f.Create(null, time, logger))];
        Directory = new StationDirectory(
            [.. _stations.Select(static s => s.Listing)], [.. fed.Where(f => f.Ingest.Format is null).Select(static f => f.Name)]);
        foreach (IngestStation station in fed)
        {
            station.Ingest.FormatKnown = first => Add(station.Create(first, time, logger));
            station.Ingest.Begun = writer => Describe(station.Name, writer.Description);
        }
    }

    internal StationDirectory Directory { get; }

    internal IReadOnlyList<Station> Stations => Volatile.Read(ref _stations);

    /// <summary>Plays until all have ended, or until cancelled; while there are any that are sent to, it does not end by itself.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _running = cancellationToken;
            _tasks.AddRange(_stations.Select(s => s.RunAsync(cancellationToken)));
            _tasks.AddRange(_fed.Where(f => f.Pull is not null).Select(f => PullAsync(f, cancellationToken)));
        }

        if (_fed.Count > 0)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // We stop.
            }
        }

        Task[] tasks;
        lock (_gate)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Station station in Stations)
        {
            await station.DisposeAsync().ConfigureAwait(false);
        }

        foreach (IngestStation station in _fed)
        {
            station.Dispose();
        }
    }

    private async Task PullAsync(IngestStation station, CancellationToken cancellationToken)
    {
        try
        {
            await station.Pull!(station.Ingest, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // We stop.
        }
        catch (Exception e)
        {
            _logger.PullFailed(e, station.Name);
        }
    }

    private void Add(Station station)
    {
        lock (_gate)
        {
            Volatile.Write(ref _stations, [.. _stations, station]);
            if (_running is { } cancellationToken)
            {
                _tasks.Add(station.RunAsync(cancellationToken));
            }
        }

        Directory.Set(station.Listing);
    }

    private void Describe(string name, Wire.Icy.IceDescription? description)
    {
        if (description is not null && Directory.TryFind(name, out StationListing? listing))
        {
            Directory.Set(listing with { Description = description });
        }
    }
}
