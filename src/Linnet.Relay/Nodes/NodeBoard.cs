using Linnet.Clock;
using Linnet.Relay.Leases;

namespace Linnet.Relay.Nodes;

/// <summary>
/// What all other nodes said last, and which of them is the origin of a station. Pure: the caller provides the time. Call it from one
/// thread at a time.
/// </summary>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
internal sealed class NodeBoard(long ticksPerSecond)
{
    /// <summary>How long after its last status a node counts as gone.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private const int MostNodes = 1000;

    private readonly Dictionary<string, (NodeStatus Status, long At)> _nodes = [];
    private readonly long _silence = Silence.InTicks(ticksPerSecond);

    /// <summary>The nodes that are there.</summary>
    internal IReadOnlyList<NodeStatus> Nodes =>
        [.. _nodes.Values.Select(static n => n.Status).OrderBy(static s => s.Node, StringComparer.Ordinal)];

    /// <summary>Takes what a node says.</summary>
    /// <returns>Whether it says anything new about who has which station.</returns>
    internal bool Take(NodeStatus status, long now)
    {
        bool isKnown = _nodes.TryGetValue(status.Node, out (NodeStatus Status, long) before);
        if (!isKnown && _nodes.Count >= MostNodes)
        {
            return false;
        }

        _nodes[status.Node] = (status, now);
        return !isKnown || status.Life != before.Status.Life || status.IsStopping != before.Status.IsStopping
            || status.Stations.Count != before.Status.Stations.Count
            || !status.Stations.Zip(before.Status.Stations).All(static pair => pair.First.ClaimsAs(pair.Second));
    }

    /// <summary>Forgets nodes that are gone.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="canHear">Whether nodes can be heard now. If not, none is gone.</param>
    internal void Expire(long now, bool canHear)
    {
        foreach ((string node, (NodeStatus status, long at)) in _nodes)
        {
            if (!canHear)
            {
                _nodes[node] = (status, now);
            }
            else if (now - at > _silence)
            {
                _nodes.Remove(node);
            }
        }
    }

    /// <summary>
    /// The origins of all stations that other nodes have, by station. Of two that claim one, it is the one whose lease NATS has confirmed;
    /// of two such, the one that was confirmed later.
    /// </summary>
    internal IReadOnlyDictionary<string, (NodeStatus Node, StationStatus Station)> Origins()
    {
        Dictionary<string, (NodeStatus Node, StationStatus Station)> origins = [];
        foreach ((NodeStatus node, _) in _nodes.Values)
        {
            foreach (StationStatus station in node.Stations)
            {
                if (station.Lease != LeaseState.Standby
                    && (!origins.TryGetValue(station.Name, out (NodeStatus, StationStatus Station) other)
                        || Rank(station).CompareTo(Rank(other.Station)) > 0))
                {
                    origins[station.Name] = (node, station);
                }
            }
        }

        return origins;
    }

    /// <summary>Whether another node has the sound of a station by itself.</summary>
    internal bool IsLiveElsewhere(string station, string own) => _nodes.Values.Any(node =>
        node.Status.Node != own && !node.Status.IsStopping && node.Status.Stations.Any(s => s.Name == station && s.IsLive));

    private static (bool, ulong, ulong) Rank(StationStatus station) =>
        (station.Lease == LeaseState.Held, station.Revision, station.Incarnation);
}
