using System.Text.Json.Nodes;
using Linnet.Relay.Edges;
using Linnet.Relay.Nats;
using Linnet.Serving;

namespace Linnet.Relay;

/// <summary>The relay as one of the protocols of a server: so it is run, shown and measured like the others.</summary>
internal sealed class RelayProtocol : IServedProtocol
{
    private readonly RelayNode _node;

    /// <summary>A relay that does not run yet.</summary>
    /// <param name="options">Where NATS is, and how the node shows itself.</param>
    /// <param name="context">The server.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    internal RelayProtocol(RelayOptions options, ServingContext context) => _node = new RelayNode(options, context);

    /// <inheritdoc/>
    public string Name => "relay";

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints => [];

    /// <inheritdoc/>
    public bool OnlyWaits => true;

    /// <inheritdoc/>
    public bool NeedsNoPort => true;

    /// <inheritdoc/>
    public int MaxListeners => 0;

    /// <summary>The state now. Any thread may ask.</summary>
    internal RelaySnapshot Snapshot => _node.Snapshot;

    /// <summary>The connection.</summary>
    internal NatsLink Link => _node.Link;

    /// <summary>The stations from other servers.</summary>
    internal IReadOnlyList<EdgeStation> Edges => _node.Edges;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => _node.RunAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() => [];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot()
    {
        RelaySnapshot now = _node.Snapshot;
        return new ProtocolSnapshot(Name, [])
        {
            Problem = now.Link.Problem ?? (now.Silent.Count == 0 ? null
                : $"The server that has {string.Join(", ", now.Silent)} is away: listeners hear silence or the fallback."),
            Figures =
            [
                new("nodes", "other servers that are joined by the relay", now.Nodes),
                new("relayed", "stations from other servers", now.Followed),
                new("relay missing", "items from other servers that did not come in time", now.Missing),
            ],
            Measures =
            [
                new("linnet.relay.connected", "{connection}", "1 while NATS is connected, else 0.", now.Link.IsOpen ? 1 : 0),
                new("linnet.relay.nodes", "{node}", "Other servers that are joined now.", now.Nodes),
                new("linnet.relay.stations.offered", "{station}", "Stations of this server that others may have.", now.Offered),
                new("linnet.relay.stations.waiting", "{station}", "Stations of this server that others have from elsewhere.", now.Waiting),
                new("linnet.relay.stations.followed", "{station}", "Stations that this server has from others.", now.Followed),
                new("linnet.relay.renditions.published", "{rendition}", "Renditions that are sent to others now.", now.Published),
                new("linnet.relay.batches", "{batch}", "Batches that were sent to others.", now.Batches, IsTotal: true),
                new("linnet.relay.sent", "By", "Bytes of these batches.", now.Bytes, IsTotal: true),
                new("linnet.relay.items.missing", "{item}", "Items from others that did not come in time.", now.Missing, IsTotal: true),
                new("linnet.relay.items.repaired", "{item}", "Items from others that were missing, and came in time.", now.Repaired),
            ],
            Stats = new JsonObject
            {
                ["connected"] = now.Link.IsOpen,
                ["problem"] = now.Link.Problem,
                ["nodes"] = now.Nodes,
                ["stations_offered"] = now.Offered,
                ["stations_waiting"] = now.Waiting,
                ["stations_followed"] = now.Followed,
                ["stations_silent"] = now.Silent.Count,
                ["renditions_published"] = now.Published,
                ["batches_sent"] = now.Batches,
                ["bytes_sent"] = now.Bytes,
                ["items_missing"] = now.Missing,
                ["items_repaired"] = now.Repaired,
            },
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _node.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
