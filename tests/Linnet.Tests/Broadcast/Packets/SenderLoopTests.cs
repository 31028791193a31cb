using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>Ticks are milliseconds here.</summary>
public class SenderLoopTests
{
    private static readonly SenderOptions Options = new()
    {
        MaxLag = TimeSpan.FromSeconds(3),
        StallTimeout = TimeSpan.FromSeconds(10),
        NewcomerTimeout = TimeSpan.FromSeconds(10),
        ReportInterval = TimeSpan.FromSeconds(5),
    };

    private readonly SenderCounters _counters = new(1000);
    private readonly SenderLoop _loop;

    public SenderLoopTests() => _loop = new SenderLoop(Options, 1000, _counters, _ => { });

    [Fact]
    public void Each_packet_leaves_at_its_deadline_and_not_before()
    {
        BroadcastRing ring = Rings.Create();
        RecordingListener listener = Join(ring, 0);
        Rings.Publish(ring, 100);

        for (long now = 0; now <= 1980;)
        {
            long next = _loop.Step(now);
            Assert.Equal((now / 20) + 1, listener.Packets.Count);
            Assert.InRange(next, now + 1, now < 1980 ? ((now / 20) + 1) * 20 : long.MaxValue);
            now = next;
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), listener.Packets.Select(p => p.Index));
        Assert.Equal((100, 100), (_counters.Due, _counters.Sent));
        Assert.Equal(TimeSpan.Zero, _counters.Lateness.Max);
    }

    [Fact]
    public void All_listeners_get_the_same_bytes()
    {
        BroadcastRing ring = Rings.Create();
        RecordingListener a = Join(ring, 0);
        RecordingListener b = Join(ring, 0);
        Rings.Publish(ring, 3);

        _loop.Step(1000);

        Assert.Equal(3, a.Packets.Count);
        Assert.Equal(a.Packets, b.Packets);
    }

    [Fact]
    public void A_listener_that_joins_with_history_gets_it_at_once_and_nothing_counts_as_late()
    {
        BroadcastRing ring = Rings.Create();
        Rings.Publish(ring, 100);

        RecordingListener listener = Join(ring, now: 1000, preRoll: 100);
        _loop.Step(1000);

        Assert.Equal([45L, 46, 47, 48, 49, 50], listener.Packets.Select(p => p.Index));
        Assert.Equal(TimeSpan.Zero, _counters.Lateness.Max);
    }

    [Fact]
    public void A_listener_without_room_delays_no_other_and_is_moved_to_the_live_edge()
    {
        BroadcastRing ring = Rings.Create();
        RecordingListener slow = Join(ring, 0);
        RecordingListener fast = Join(ring, 0);
        Rings.Publish(ring, 300);
        slow.Room = 10;

        Run(0, 5000);
        Assert.Equal(251, fast.Packets.Count);
        Assert.Equal(10, slow.Packets.Count);

        slow.Room = long.MaxValue;
        Run(5000, 5999);

        // Everything older than the maximum lag is gone; what follows is complete.
        Assert.Equal(slow.PacketsSkipped, slow.Packets[10].Index - 10);
        Assert.InRange(slow.PacketsSkipped, 1, 250);
        Assert.Equal(Enumerable.Range((int)slow.Packets[10].Index, slow.Packets.Count - 10).Select(i => (long)i),
            slow.Packets.Skip(10).Select(p => p.Index));
        Assert.Equal(fast.Packets[^1], slow.Packets[^1]);
        Assert.Equal(slow.PacketsSkipped, _counters.Skipped);
    }

    [Fact]
    public void A_listener_that_accepts_nothing_is_dropped_and_counted()
    {
        BroadcastRing ring = Rings.Create(seconds: 30);
        RecordingListener stalled = Join(ring, 0);
        RecordingListener fast = Join(ring, 0);
        Rings.Publish(ring, 1000);
        stalled.Room = 0;

        Run(0, 9_980);
        Assert.DoesNotContain(stalled.Events, e => e.StartsWith("finished", StringComparison.Ordinal));

        Run(9_980, 10_100);
        Assert.Equal("finished Stalled", stalled.Events[^1]);
        Assert.Equal(1, _loop.Count);
        Assert.Equal(1, _counters.DroppedFor(DropReason.Stalled));

        Run(10_100, 19_990);
        Assert.Equal(1000, fast.Packets.Count);
    }

    [Fact]
    public void A_listener_whose_connection_breaks_is_dropped_and_the_others_continue()
    {
        BroadcastRing ring = Rings.Create();
        RecordingListener broken = Join(ring, 0);
        RecordingListener fast = Join(ring, 0);
        Rings.Publish(ring, 10);
        broken.Throws = true;

        Run(0, 1000);

        Assert.Equal("finished Disconnected", broken.Events[^1]);
        Assert.Equal(10, fast.Packets.Count);
        Assert.Equal(1, _counters.DroppedFor(DropReason.Disconnected));
    }

    [Fact]
    public void The_end_is_sent_after_the_last_packet_even_to_a_listener_that_was_behind()
    {
        BroadcastRing ring = Rings.Create();
        RecordingListener slow = Join(ring, 0);
        RecordingListener fast = Join(ring, 0);
        Rings.Publish(ring, 10);
        ring.Publish(new EndItem(9600, 200));
        slow.Room = 3;

        Run(0, 199);
        Assert.DoesNotContain("end", fast.Events);

        Run(199, 2999);
        Assert.Equal(["end", "finished None"], fast.Events.TakeLast(2));
        Assert.Equal(10, fast.Packets.Count);
        Assert.DoesNotContain("end", slow.Events);

        slow.Room = long.MaxValue;
        Run(2999, 3020);
        Assert.Equal(10, slow.Packets.Count);
        Assert.Equal(["end", "finished None"], slow.Events.TakeLast(2));
        Assert.Equal(0, _loop.Count);
    }

    [Fact]
    public void Reports_are_sent_at_the_start_and_then_at_their_interval()
    {
        BroadcastRing ring = Rings.Create(seconds: 30);
        RecordingListener listener = Join(ring, 0);
        Rings.Publish(ring, 1000);

        Run(0, 19_999);

        long[] reports = [.. listener.Events.Select(e => long.Parse(e.Split(' ')[1], null))];
        Assert.Equal(0, reports[0]);
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 2_500, 7_500));
        Assert.InRange(reports.Length, 3, 9);
    }

    [Fact]
    public void A_removed_listener_gets_nothing_more()
    {
        BroadcastRing ring = Rings.Create();
        RecordingListener listener = Join(ring, 0);
        Rings.Publish(ring, 10);
        _loop.Step(50);

        _loop.Remove(listener);

        Assert.Equal(SenderLoop.Never, _loop.Step(1000));
        Assert.Equal(3, listener.Packets.Count);
    }

    [Fact]
    public void Only_the_loop_that_serves_a_listener_sends_what_it_requests()
    {
        RecordingListener listener = Join(Rings.Create(), 0);
        var other = new SenderLoop(Options, 1000, new SenderCounters(1000), _ => { });

        // A loop ignores requests of a listener that it does not serve, or no longer serves.
        other.Repair(listener, 1);
        _loop.Repair(listener, 2);
        other.Remove(listener);
        _loop.Repair(listener, 3);
        _loop.Remove(listener);
        _loop.Repair(listener, 4);

        Assert.Equal(["repair 2", "repair 3"], listener.Events);
    }

    private RecordingListener Join(BroadcastRing ring, long now, long preRoll = 0)
    {
        var listener = new RecordingListener(Rings.Open(ring)) { Next = ring.IndexAt(now, preRoll) };
        _loop.Add(listener, now);
        return listener;
    }

    private void Run(long from, long to)
    {
        for (long now = from; now <= to;)
        {
            long next = _loop.Step(now);
            now = next > to && now < to ? to : next;
        }
    }
}
