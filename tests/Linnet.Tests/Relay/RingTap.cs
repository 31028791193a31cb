using System.Collections.Concurrent;
using Linnet.Broadcast;

namespace Linnet.Tests.Relay;

/// <summary>A listener in this process: all items of a ring from its lease on.</summary>
internal sealed class RingTap : IDisposable
{
    private readonly BroadcastRing _ring;
    private readonly ConcurrentQueue<RingItem> _items = new();
    private readonly RingLease _lease;

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

    /// <summary>Everything that the origin sent between the first and the last packet here is here, and the same.</summary>
    internal void AssertWhole(RingTap origin)
    {
        IReadOnlyList<PacketItem> arrived = Packets;
        Assert.Equal(Enumerable.Range(0, arrived.Count).Select(i => arrived[0].Number + i), arrived.Select(static p => p.Number));
        Dictionary<long, PacketItem> sent = origin.Packets.ToDictionary(static p => p.Number);
        Assert.All(
            arrived.Where(p => sent.ContainsKey(p.Number)),
            p => Assert.True(p.Payload.Span.SequenceEqual(sent[p.Number].Payload.Span)));
    }

    /// <summary>Whether packets follow each other in number, position and time.</summary>
    internal bool IsInOrder => Packets.Zip(Packets.Skip(1)).All(static pair =>
        pair.Second.Number > pair.First.Number && pair.Second.Position >= pair.First.Position + pair.First.Frames
        && pair.Second.DueAt >= pair.First.DueAt);

    /// <summary>Whether no packet is due much later than the one before.</summary>
    internal bool IsInTime => Packets.Zip(Packets.Skip(1)).All(static pair =>
        TimeProvider.System.GetElapsedTime(pair.First.DueAt, pair.Second.DueAt) < TimeSpan.FromMilliseconds(60));

    /// <summary>All items, a line each.</summary>
    public override string ToString() => string.Join('\n', Items.Select(static item => item switch
    {
        PacketItem packet => $"{packet.Number} at {packet.Position}, due {packet.DueAt}",
        _ => $"{item.GetType().Name} at {item.Position}, due {item.DueAt}",
    }));

    public void Dispose()
    {
        _ring.Unsubscribe(_items.Enqueue);
        _lease.Dispose();
    }
}
