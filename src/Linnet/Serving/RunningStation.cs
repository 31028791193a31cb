using Linnet.Stations;

namespace Linnet.Serving;

/// <summary>One station of a server, and its running tasks.</summary>
internal sealed class RunningStation(string name) : IAsyncDisposable
{
    private CancellationTokenRegistration _stopping;

    internal string Name => name;

    /// <summary>The station; <see langword="null"/>: it starts with its first sender.</summary>
    internal Station? Station { get; set; }

    /// <summary>Receives the sound of remote senders; <see langword="null"/>: the station has its own source.</summary>
    internal IngestStation? Ingest { get; init; }

    /// <summary>
    /// Ends only this station. Never disposed: a host may dispose of its server before the server starts or stops, and that ends stations.
    /// </summary>
    internal CancellationTokenSource Ending { get; } = new();

    /// <summary>Whether it was removed from the server: nothing more is started for it.</summary>
    internal bool IsRemoved { get; set; }

    /// <summary>Whether it has ended.</summary>
    internal bool HasPlayed { get; set; }

    internal Task? Playing { get; set; }

    internal Task? Pulling { get; set; }

    /// <summary>Completes when all its tasks have ended.</summary>
    internal Task Ended => Task.WhenAll(Playing ?? Task.CompletedTask, Pulling ?? Task.CompletedTask);

    /// <summary>Ends the station with the server.</summary>
    internal void StopWith(CancellationToken serverStops)
    {
        if (_stopping == default)
        {
            _stopping = serverStops.Register(static ending => ((CancellationTokenSource)ending!).Cancel(), Ending);
        }
    }

    /// <summary>Disposes the station, and the fallback if no station owns it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync().ConfigureAwait(false);
        if (Station is { } station)
        {
            await station.DisposeAsync().ConfigureAwait(false);
        }

        Ingest?.Dispose();
    }
}
