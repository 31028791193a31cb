using System.Net;
using System.Text.Json.Nodes;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Serving;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A protocol that is not Linnet's: one drummer beats each packet of the first station's Opus.</summary>
internal sealed class DrumProtocol(ServingContext context) : IServedProtocol
{
    private static readonly IPEndPoint Hill = new(IPAddress.Loopback, 9);
    private volatile Drummer? _drummer;

    public bool HasStopped { get; private set; }

    public string Name => "drum";

    public IReadOnlyList<ServedEndPoint> EndPoints => [new("drum", Hill) { Path = "/", Clients = "Drums" }];

    public int MaxListeners => 1;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        BroadcastRing ring = context.Directory.Stations[0].Renditions.Single(static r => r.Info.Name == "opus");
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        using RingLease held = lease;
        _drummer = new Drummer(held) { Since = context.Time.GetUtcNow() };
        context.Senders.Add(_drummer, TimeSpan.Zero);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await context.Senders.RemoveAsync(_drummer);
        HasStopped = true;
    }

    public IReadOnlyList<ListenerSnapshot> GetListeners() => _drummer is { } drummer ? [ListenerSnapshot.Of(drummer)] : [];

    public ProtocolSnapshot GetSnapshot() => new(Name, ListenerCount.Of(GetListeners()))
    {
        Refused = new Dictionary<string, long> { ["too_loud"] = 3 },
        Figures = [new("beats", "packets that were beaten", GetListeners().Sum(static l => l.PacketsSent))],
        Stats = new JsonObject { ["drummers"] = GetListeners().Count },
    };

    public void Dispose()
    {
    }

    private sealed class Drummer(RingLease lease) : Listener(lease, Hill, "drum")
    {
        internal override bool TrySend(PacketItem packet, SendBatch batch) => true;

        internal override void SendReport(long now, SendBatch batch)
        {
        }

        internal override void SendEnd(SendBatch batch)
        {
        }

        internal override void OnFinished(DropReason reason)
        {
        }
    }
}
