using Linnet.Broadcast;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Wire.Icy;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving;

/// <summary>
/// The stations that a server runs: those it started with, those added later, and those that start with their first sender.
/// </summary>
/// <remarks>Any thread may add and remove. Each station ends by itself; if one fails or is removed, the others continue.</remarks>
internal sealed class RunningStations : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _endsByItself;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HashSet<string> _saidMissing = [];
    private IReadOnlyList<RunningStation> _all = [];
    private CancellationToken? _running;

    /// <param name="endsByItself">
    /// Whether <see cref="RunAsync"/> returns when every station has ended and none is fed by others. It does not while there is none.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    internal RunningStations(bool endsByItself, TimeProvider time, ILogger logger)
    {
        _endsByItself = endsByItself;
        _time = time;
        _logger = logger;
    }

    internal StationDirectory Directory { get; } = new([]);

    /// <summary>The stations that run in this process.</summary>
    internal IReadOnlyList<Station> Stations => [.. Volatile.Read(ref _all).Select(static r => r.Station).OfType<Station>()];

    /// <summary>The stations that accept pushes.</summary>
    internal IReadOnlyList<IngestBuffer> Pushable =>
        [.. Volatile.Read(ref _all).Select(static r => r.Ingest).OfType<IngestStation>().Where(static i => i.Pull is null)
            .Select(static i => i.Ingest)];

    /// <summary>
    /// Whether a station has sound of its own now: always, but that others send to it, and none does. <see langword="null"/>: no station
    /// has this name.
    /// </summary>
    internal bool? IsLive(string name) => Volatile.Read(ref _all).FirstOrDefault(r => r.Name == name) is { } running
        ? running.Ingest is null || running.Ingest.Ingest.Writer is not null : null;

    /// <summary>Adds a station, and starts it if the server runs.</summary>
    /// <exception cref="ArgumentException">There is one of this name.</exception>
    internal void Add(Station station)
    {
        var running = new RunningStation(station.Name) { Station = station };
        lock (_gate)
        {
            ThrowIfTaken(station.Name);
            Include(running);
            Start(running);
            Directory.Set(station.Listing);
        }
    }

    /// <summary>Adds a station whose sound others send, and starts what fetches it if the server runs.</summary>
    /// <exception cref="ArgumentException">There is one of this name.</exception>
    internal void Add(IngestStation ingest)
    {
        var running = new RunningStation(ingest.Name) { Ingest = ingest };

        // Under one lock, so that no removal comes in between. The buffer calls back without its own.
        lock (_gate)
        {
            ThrowIfTaken(ingest.Name);
            ingest.Ingest.FormatKnown = first => Begin(running, first);
            ingest.Ingest.Begun = writer => Describe(running, writer.Description);
            Include(running);
            Directory.Await(ingest.Name);
            if (ingest.Ingest.Format is not null)
            {
                BeginOrUndo(running);
            }

            Start(running);
        }
    }

    /// <summary>Ends a station for good and forgets it: its listeners are told that it has ended.</summary>
    /// <returns><see langword="false"/>: no station of this name runs here.</returns>
    internal async ValueTask<bool> RemoveAsync(string name)
    {
        RunningStation? removed;
        lock (_gate)
        {
            removed = _all.FirstOrDefault(r => r.Name == name);
            if (removed is null)
            {
                return false;
            }

            Volatile.Write(ref _all, [.. _all.Where(r => r != removed)]);
            removed.IsRemoved = true;
            Directory.Remove(name);
        }

        removed.Station?.Remove();

        // A connected source client gets the reason. A client that found the station before and begins only now is refused.
        removed.Ingest?.Ingest.Close();
        await removed.Ending.CancelAsync().ConfigureAwait(false);
        await removed.Ended.ConfigureAwait(false);
        await removed.DisposeAsync().ConfigureAwait(false);
        EndIfAllHave();
        return true;
    }

    /// <summary>Runs the stations until cancelled; or until all have ended, if it is to end by itself.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stopping = cancellationToken.Register(() => _allEnded.TrySetResult());
        lock (_gate)
        {
            _running = cancellationToken;
            foreach (RunningStation running in _all)
            {
                Start(running);
            }
        }

        EndIfAllHave();
        await _allEnded.Task.ConfigureAwait(false);
        await Task.WhenAll(Volatile.Read(ref _all).Select(static r => r.Ended)).ConfigureAwait(false);
    }

    /// <summary>Disposes only the stations that it made itself. Added stations and fallbacks still belong to their owner.</summary>
    internal async Task AbandonAsync()
    {
        foreach (RunningStation running in _all)
        {
            running.IsRemoved = true;
            running.Ending.Dispose();
            if (running.Ingest is { } ingest)
            {
                await ingest.TakeBackAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningStation running in _all)
        {
            await running.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Under the lock. All stations lack the same encoders: each is reported once.
    private void SayMissing(StationListing listing)
    {
        foreach (IGrouping<string, MissingStream> missing in listing.Missing.GroupBy(static m => m.Type.Extension))
        {
            if (_saidMissing.Add(missing.Key))
            {
                _logger.NotOffered(string.Join(", ", missing.Select(static m => m.Name)), missing.First().Problem);
            }
        }
    }

    private void ThrowIfTaken(string name)
    {
        if (_all.Any(r => r.Name == name))
        {
            throw new ArgumentException($"There is a station {name} already: give this one another name.");
        }
    }

    private void Include(RunningStation running) => Volatile.Write(ref _all, [.. _all, running]);

    // Under the lock. Stations that run already continue; a removed one stays ended.
    private void Start(RunningStation running)
    {
        if (running.IsRemoved || _running is not { } serverStops)
        {
            return;
        }

        running.StopWith(serverStops);
        if (running.Station is not null)
        {
            SayMissing(running.Station.Listing);
        }

        if (running.Pulling is null && running.Ingest is { Pull: { } pull })
        {
            running.Pulling = PullAsync(running.Ingest, pull, running.Ending.Token);
        }

        if (running.Playing is null && running.Station is { } station)
        {
            running.Playing = PlayAsync(running, station);
        }
    }

    private async Task PlayAsync(RunningStation running, Station station)
    {
        await station.RunAsync(running.Ending.Token).ConfigureAwait(false);
        running.HasPlayed = true;
        EndIfAllHave();
    }

    private async Task PullAsync(
        IngestStation station, Func<IngestBuffer, CancellationToken, Task> pull, CancellationToken cancellationToken)
    {
        // Started outside the lock that the caller holds: the format may be known at once.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await pull(station.Ingest, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The server stops, or the station is removed.
        }
        catch (Exception e)
        {
            _logger.PullFailed(e, station.Name);
        }
    }

    /// <summary>Starts a station once the format of its sender is known.</summary>
    private void Begin(RunningStation running, StreamFormat? first)
    {
        lock (_gate)
        {
            if (running.IsRemoved || running.Station is not null)
            {
                return;
            }

            Station created = running.Ingest!.Create(first, _time, _logger);
            if (running.IsRemoved)
            {
                created.Dispose();
                return;
            }

            running.Station = created;
            Start(running);
            Directory.Set(running.Station.Listing);
        }
    }

    /// <summary>Begins a station that is just added. If it cannot be created, it is as if it had not been added.</summary>
    private void BeginOrUndo(RunningStation running)
    {
        try
        {
            Begin(running, null);
        }
        catch
        {
            running.IsRemoved = true;
            (running.Ingest!.Ingest.FormatKnown, running.Ingest.Ingest.Begun) = (null, null);
            Volatile.Write(ref _all, [.. _all.Where(r => r != running)]);
            Directory.Remove(running.Name);
            throw;
        }
    }

    /// <summary>Adds a sender's description to the listing, unless the station was removed meanwhile.</summary>
    private void Describe(RunningStation running, IceDescription? description)
    {
        lock (_gate)
        {
            if (description is not null && !running.IsRemoved && Directory.TryFind(running.Name, out StationListing? listing))
            {
                Directory.Set(listing with { Description = description });
            }
        }
    }

    private void EndIfAllHave()
    {
        lock (_gate)
        {
            // Without stations nothing has ended: more can be added.
            if (_endsByItself && _running is not null && _all.Count > 0 && _all.All(static r => r.Ingest is null && r.HasPlayed))
            {
                _allEnded.TrySetResult();
            }
        }
    }
}
