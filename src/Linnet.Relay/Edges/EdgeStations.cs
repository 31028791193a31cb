using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Relay.Clock;
using Linnet.Relay.Nats;
using Linnet.Relay.Nodes;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay.Edges;

/// <summary>
/// The stations that this server has from others, in its directory. A station of its own is never replaced. Owned by one task.
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="directory">The stations of this server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs what comes and goes.</param>
/// <param name="stopping">Ends them.</param>
internal sealed class EdgeStations(
    NatsLink link, StationDirectory directory, TimeProvider time, ILogger logger, CancellationToken stopping) : IDisposable
{
    /// <summary>How long a station that no node has any more is kept for listeners to come.</summary>
    internal static readonly TimeSpan OrphanTime = TimeSpan.FromMinutes(1);

    private const int MostQuestions = 32;

    private readonly SemaphoreSlim _describing = new(MostQuestions);
    private readonly NodeClocks _clocks = new(link, time);
    private readonly LogThrottle _undescribed = new(time);
    private Dictionary<string, Edge> _edges = [];
    private (long Missing, long Repaired) _before;

    /// <summary>The stations.</summary>
    internal IReadOnlyList<EdgeStation> All => [.. Volatile.Read(ref _edges).Values.Select(static edge => edge.Station)];

    /// <summary>Items so far that could not be had in time, and those that were missing and were had in time.</summary>
    internal (long Missing, long Repaired) Counts => All.Aggregate(
        _before, static (sum, edge) => (sum.Missing + edge.Counts.Missing, sum.Repaired + edge.Counts.Repaired));

    /// <summary>Follows no clock any more.</summary>
    public void Dispose()
    {
        _clocks.Keep([]);
        _describing.Dispose();
    }

    /// <summary>Whether a listing in the directory is one of these.</summary>
    internal bool Has(StationListing listing) =>
        Volatile.Read(ref _edges).TryGetValue(listing.Name, out Edge? edge) && IsOf(edge, listing);

    /// <summary>Takes what other nodes have now: new stations are served, moved ones followed, old ones forgotten.</summary>
    internal async Task UpdateAsync(IReadOnlyDictionary<string, (NodeStatus Node, StationStatus Station)> origins)
    {
        long now = time.GetTimestamp();
        Dictionary<string, StationListing> shown = directory.Stations.ToDictionary(static listing => listing.Name);
        List<(NodeStatus Node, StationStatus Station)> changed = [];
        foreach ((NodeStatus node, StationStatus station) in origins.Values)
        {
            StationListing? listing = shown.GetValueOrDefault(station.Name);
            if (_edges.TryGetValue(station.Name, out Edge? edge))
            {
                edge.SeenAt = now;
                edge.Station.Tell(station.Track);
                if (edge.Station.Origin.Incarnation != station.Incarnation || edge.Version != station.Description)
                {
                    changed.Add((node, station));
                }
                else if (!ReferenceEquals(listing, edge.Station.Listing))
                {
                    Show(edge);
                }
            }
            else if (listing is null)
            {
                // Listeners of this server hear its own station, if it has one of that name.
                changed.Add((node, station));
            }
        }

        // Many at a time: when an origin dies, all its stations move.
        StationDescription?[] descriptions = await Task.WhenAll(changed.Select(DescribeAsync)).ConfigureAwait(false);
        foreach (((NodeStatus node, StationStatus station), StationDescription? description) in changed.Zip(descriptions))
        {
            if (description is not null)
            {
                Take(node, station, description, now);
            }
        }

        foreach ((string name, Edge edge) in _edges.ToArray())
        {
            if (!origins.ContainsKey(name) && !edge.Station.IsHeard && time.GetElapsedTime(edge.SeenAt, now) > OrphanTime)
            {
                logger.EdgeEnded(name);
                Forget(name, edge);
            }
        }

        _clocks.Keep([.. _edges.Values.Select(static edge => edge.Station.Origin.Clock)]);
    }

    private void Take(NodeStatus node, StationStatus status, StationDescription description, long now)
    {
        _edges.TryGetValue(status.Name, out Edge? edge);
        var origin = new EdgeOrigin(node.Node, status.Incarnation, _clocks.Of(node.Node, node.Life));
        if (edge is not null && edge.Station.CanFollow(description))
        {
            Move(edge.Station, origin, description);
        }
        else
        {
            bool wasAwaited = edge?.WasAwaited ?? directory.IsAwaited(status.Name);
            if (edge is not null)
            {
                Forget(status.Name, edge);
            }

            logger.EdgeBegun(status.Name, node.Node);
            var made = new EdgeStation(link, description, origin, time, logger, stopping);
            edge = new Edge(made, wasAwaited) { SeenAt = now };
            Volatile.Write(ref _edges, new Dictionary<string, Edge>(_edges) { [status.Name] = edge });
        }

        edge.Version = status.Description;
        edge.Station.Tell(status.Track);
        Show(edge);
    }

    private void Move(EdgeStation station, EdgeOrigin origin, StationDescription description)
    {
        if (station.Origin.Incarnation != origin.Incarnation)
        {
            logger.EdgeMoved(description.Station, origin.Node, station.Origin.Node);
            station.Follow(origin);
        }

        station.Describe(description);
    }

    // A station of this server may have come meanwhile: it is not replaced.
    private void Show(Edge edge)
    {
        StationListing listing = edge.Station.Listing;
        StationListing? shown = directory.Stations.FirstOrDefault(s => s.Name == listing.Name);
        if (shown is null || (IsOf(edge, shown) && !ReferenceEquals(shown, listing)))
        {
            directory.Set(listing);
        }
    }

    private void Forget(string name, Edge edge)
    {
        var rest = new Dictionary<string, Edge>(_edges);
        rest.Remove(name);
        Volatile.Write(ref _edges, rest);
        if (directory.Stations.FirstOrDefault(s => s.Name == name) is { } shown && IsOf(edge, shown))
        {
            directory.Remove(name);
            if (edge.WasAwaited)
            {
                directory.Await(name);
            }
        }

        edge.Station.End();
        (long missing, long repaired) = edge.Station.Counts;
        _before = (_before.Missing + missing, _before.Repaired + repaired);
    }

    private async Task<StationDescription?> DescribeAsync((NodeStatus Node, StationStatus Station) changed)
    {
        (NodeStatus node, StationStatus status) = changed;
        await _describing.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            NatsMsg<byte[]> message = await link.Connection.RequestAsync<byte[], byte[]>(
                Subjects.About(status.Name), [], replyOpts: new NatsSubOpts { Timeout = NatsLink.AnswerTime },
                cancellationToken: stopping).ConfigureAwait(false);
            if (StationDescription.TryRead(message.Data, out StationDescription? description) && description.Station == status.Name
                && description.Incarnation == status.Incarnation)
            {
                return description;
            }
        }
        catch (Exception) when (!stopping.IsCancellationRequested)
        {
            // It is asked again.
        }
        finally
        {
            _describing.Release();
        }

        if (_undescribed.TrySay(out Unsaid unsaid))
        {
            logger.NotDescribed(status.Name, node.Node, unsaid);
        }

        return null;
    }

    private static bool IsOf(Edge edge, StationListing listing) => ReferenceEquals(edge.Station.Listing.Renditions, listing.Renditions);

    private sealed class Edge(EdgeStation station, bool wasAwaited)
    {
        internal EdgeStation Station => station;

        // Whether the station is one to which others may push here: it is again when it is forgotten.
        internal bool WasAwaited => wasAwaited;

        internal long SeenAt { get; set; }

        // Of the description.
        internal int Version { get; set; }
    }
}
