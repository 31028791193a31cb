using Linnet.Broadcast;
using Linnet.Relay.Leases;
using Linnet.Relay.Nats;
using Microsoft.Extensions.Logging;

namespace Linnet.Relay.Origins;

/// <summary>The stations of this server that are offered to others. Owned by one task.</summary>
/// <param name="link">The connection.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs what comes and goes.</param>
/// <param name="changed">Called when the lease of one is got or lost. Must be quick.</param>
internal sealed class OriginStations(NatsLink link, TimeProvider time, ILogger logger, Action changed) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Dictionary<string, OriginStation> _origins = [];
    private (long Batches, long Bytes) _sentBefore;

    /// <summary>The stations.</summary>
    internal IReadOnlyCollection<OriginStation> All => Volatile.Read(ref _origins).Values;

    /// <summary>Batches that were published so far, and their bytes.</summary>
    internal (long Batches, long Bytes) Sent => All.Aggregate(
        _sentBefore, static (sum, origin) => (sum.Batches + origin.Sent.Batches, sum.Bytes + origin.Sent.Bytes));

    /// <summary>Offers these stations from now on, and no others.</summary>
    /// <param name="listings">The stations of this server itself.</param>
    /// <param name="stopping">Ends them.</param>
    internal async Task UpdateAsync(IReadOnlyList<StationListing> listings, CancellationToken stopping)
    {
        var origins = new Dictionary<string, OriginStation>(_origins);
        Dictionary<string, StationListing> byName = listings.ToDictionary(static listing => listing.Name);

        // A station that was created again has other rings.
        OriginStation[] gone =
        [
            .. All.Where(origin => !byName.TryGetValue(origin.Name, out StationListing? now)
                || !ReferenceEquals(now.Renditions, origin.Listing.Renditions)),
        ];
        foreach (OriginStation origin in gone)
        {
            origins.Remove(origin.Name);
        }

        Volatile.Write(ref _origins, origins);
        await Task.WhenAll(gone.Select(EndAsync)).ConfigureAwait(false);
        origins = new Dictionary<string, OriginStation>(origins);

        foreach (StationListing listing in listings)
        {
            if (origins.TryGetValue(listing.Name, out OriginStation? known))
            {
                known.Listing = listing;
            }
            else
            {
                origins.Add(listing.Name, new OriginStation(link, listing, time, logger, changed, stopping));
            }
        }

        Volatile.Write(ref _origins, origins);
    }

    /// <summary>Gives all leases back.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(All.Select(EndAsync)).ConfigureAwait(false);

    /// <summary>Stations of which this node has the lease, or had it when NATS last answered.</summary>
    internal int Held => All.Count(static origin => origin.State != LeaseState.Standby);

    private async Task EndAsync(OriginStation origin)
    {
        await origin.DisposeAsync().ConfigureAwait(false);
        (long batches, long bytes) = origin.Sent;
        lock (_gate)
        {
            _sentBefore = (_sentBefore.Batches + batches, _sentBefore.Bytes + bytes);
        }
    }
}
