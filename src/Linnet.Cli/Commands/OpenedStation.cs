using Linnet.Playback;
using Linnet.Serving;
using Linnet.Serving.Pulls;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Commands;

/// <summary>A station that is ready to run: one of the two.</summary>
/// <param name="Own">A station with a source here.</param>
/// <param name="Fed">A station whose sound others send.</param>
internal sealed record OpenedStation(Station? Own, IngestStation? Fed) : IAsyncDisposable
{
    public string Name => Own?.Name ?? Fed!.Name;

    /// <summary>Opens the station's source, or its fallback.</summary>
    /// <exception cref="IOException">A source cannot be opened.</exception>
    public static OpenedStation Open(ServedStation station, TimeProvider time, ILogger log, CancellationToken cancellationToken)
    {
        var sources = new SourceOptions
        {
            Loop = !station.PlaysOnce,
            Shuffle = station.Shuffles ? new Random() : null,
            Raw = station.Raw,
            Time = time,
        };
        SourceSpec spec = station.Source;
        if (spec.IsFed)
        {
            IAudioSource? fallback = spec.Fallback is null ? null : AudioSources.Open(spec.Fallback, sources, log, cancellationToken);
            return new OpenedStation(null, IngestStations.Open(spec, station.Options, fallback, time, log, station.Trust));
        }

        return new OpenedStation(
            new Station(station.Options, AudioSources.Open(spec, sources, log, cancellationToken), time, log), null);
    }

    /// <summary>Adds it to a server, which owns it from now on.</summary>
    /// <exception cref="ArgumentException">The server has a station of this name.</exception>
    public void AddTo(StationServer server)
    {
        if (Own is not null)
        {
            server.Add(Own);
        }
        else
        {
            server.Add(Fed!);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Own is not null)
        {
            await Own.DisposeAsync();
        }

        Fed?.Dispose();
    }
}
