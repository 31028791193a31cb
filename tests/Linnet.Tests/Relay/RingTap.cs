using System.Collections.Concurrent;
using Linnet.Broadcast;

namespace Linnet.Tests.Relay;

/// <summary>A listener in this process: all items of a ring from its lease on.</summary>
internal sealed class RingTap : IDisposable
{
    private readonly BroadcastRing _ring;
    private readonly ConcurrentQueue<RingItem> _items = new();
    private RingLease _lease;

    internal RingTap(BroadcastRing ring, TimeSpan stock = default)
    {
        _ring = ring;
        ring.Subscribe(_items.Enqueue);
        Assert.True(ring.TryOpen(new RingRequest(stock), out RingLease? lease, out RingRefusal? refusal), refusal?.Text);
        _lease = lease;
    }

    internal IReadOnlyList<RingItem> Items => [.. _items];

    internal IReadOnlyList<PacketItem> Packets => [.. _items.OfType<PacketItem>()];

    internal bool IsOver => _lease.IsOver;

    /// <summary>Waits for this many packets.</summary>
    internal Task UntilAsync(int packets) =>
        Until.TrueAsync(() => Packets.Count >= packets, state: () => $"{_ring.Info}: {Packets.Count} packets, {Items.Count} items");

    public void Dispose()
    {
        _ring.Unsubscribe(_items.Enqueue);
        _lease.Dispose();
    }
}
