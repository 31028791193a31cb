using Linnet.Stations;

namespace Linnet.Serving;

/// <summary>One station of a server, and what runs for it.</summary>
internal sealed class RunningStation(string name) : IAsyncDisposable
{
    private CancellationTokenRegistration _stopping;

    internal string Name => name;

    /// <summary>The station; <see langword="null"/>: it begins with its first sender.</summary>
    internal Station? Station { get; set; }

    /// <summary>What takes the sound that others send; <see langword="null"/>: the station has a source of its own.</summary>
    internal IngestStation? Ingest { get; init; }

    /// <summary>Ends it alone.</summary>
    internal CancellationTokenSource Ending { get; } = new();

    /// <summary>Whether it is no longer of the server: nothing begins for it any more.</summary>
    internal bool IsRemoved { get; set; }

    /// <summary>Whether it has ended.</summary>
    internal bool HasPlayed { get; set; }

    internal Task? Playing { get; set; }

    internal Task? Pulling { get; set; }

    /// <summary>Completes when nothing runs for it any more.</summary>
    internal Task Ended => Task.WhenAll(Playing ?? Task.CompletedTask, Pulling ?? Task.CompletedTask);

    /// <summary>Ends it with the server.</summary>
    internal void StopWith(CancellationToken serverStops)
    {
        if (_stopping == default)
        {
            _stopping = serverStops.Register(static ending => ((CancellationTokenSource)ending!).Cancel(), Ending);
        }
    }

    /// <summary>Frees the station, and the fallback that no station has taken.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync().ConfigureAwait(false);
        Ending.Dispose();
        if (Station is { } station)
        {
            await station.DisposeAsync().ConfigureAwait(false);
        }

        Ingest?.Dispose();
    }
}
