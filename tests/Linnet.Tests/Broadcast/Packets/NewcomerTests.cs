using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Tests.Broadcast.Streams;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>Listeners that have not yet accepted anything get less time, and none if memory is short. Simulated milliseconds.</summary>
public class NewcomerTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void A_stream_listener_that_never_reads_is_dropped_after_five_seconds_of_a_full_buffer()
    {
        var rig = new StreamRig();
        rig.Run(5000);
        StreamClient never = rig.Join();
        never.Reads = false;

        // Its kernel and the server's hold 105 kB: some 7 s beyond the burst.
        rig.Run(4000);
        Assert.Null(never.Finished);
        rig.Run(8000);
        Assert.Equal(DropReason.Stalled, never.Finished);
    }

    [Fact]
    public void A_stream_listener_that_has_listened_may_stall_for_much_longer()
    {
        var rig = new StreamRig();
        rig.Run(5000);
        StreamClient phone = rig.Join();
        rig.Run(30_000);
        phone.IsOnline = false;

        rig.Run(25_000);
        Assert.Null(phone.Finished);
        phone.IsOnline = true;
        rig.Run(5000);
        Assert.Null(phone.Finished);

        phone.IsOnline = false;
        rig.Run(35_000);
        Assert.Equal(DropReason.Stalled, phone.Finished);
    }

    [Fact]
    public void When_the_kernel_holds_too_much_listeners_that_accept_nothing_are_dropped_first()
    {
        var memory = new SendMemory(16 * MiB);
        using SendMemory.Use filled = memory.TryOpen(1, 4 * MiB)!;
        var rig = new StreamRig();
        rig.Run(5000);
        StreamClient good = rig.Join((log, start) => new StreamClient(log, start) { Memory = memory.TryOpen(2, 80_000) });
        StreamClient away = rig.Join((log, start) => new StreamClient(log, start) { Memory = memory.TryOpen(3, 80_000) });
        rig.Run(30_000);
        away.IsOnline = false;
        rig.Run(10_000);
        Assert.Null(away.Finished);
        Assert.Equal((4 * MiB) + 80_000, memory.Held);

        SendMemory.Use[] more = [.. Enumerable.Range(4, 3).Select(i => memory.TryOpen((UInt128)i, 4 * MiB - 80_000)!)];
        rig.Run(1000);
        Assert.Null(away.Finished);
        using SendMemory.Use last = memory.TryOpen(9, 100_000)!;
        using SendMemory.Use over = memory.TryOpen(10, 120_000)!;
        rig.Run(1000);
        Assert.Equal(DropReason.Stalled, away.Finished);
        Assert.Null(good.Finished);
        Array.ForEach(more, static m => m.Dispose());
    }

    [Fact]
    public void Newcomers_that_never_read_do_not_grow_together_beyond_the_share_of_their_address()
    {
        const long Share = 2 * MiB;
        var memory = new SendMemory(SendMemory.Shares * Share);
        var rig = new StreamRig();
        rig.Run(5000);
        var crowd = new List<StreamClient>();
        while (memory.TryOpen(1, 200_000) is SendMemory.Use use)
        {
            crowd.Add(rig.Join((log, start) => new StreamClient(log, start, 200_000, 0) { Memory = use, Reads = false }));
            rig.Run(20);
        }

        StreamClient reader = rig.Join((log, start) => new StreamClient(log, start, 200_000) { Memory = memory.TryOpen(2, 200_000) });
        long most = 0;
        rig.OnTick = _ => most = Math.Max(most, crowd.Where(static c => c.Finished is null).Sum(static c => c.UnsentBytes));
        rig.Run(30_000);

        // No more than one write over it.
        Assert.InRange(SendMemory.OnTheBooks(most), Share / 2, Share + 16_000);
        Assert.Equal((null, 0), (reader.Finished, reader.Underruns));
        Assert.All(crowd, static c => Assert.Equal(DropReason.Stalled, c.Finished));
    }

    [Theory]
    [InlineData(2_200_000)]
    [InlineData(2_700_000)]
    public void A_newcomer_that_gets_nothing_for_others_of_its_address_is_not_dropped_while_it_reads_what_it_got(int each)
    {
        // A share of 4 MiB: over it, and beyond its margin.
        var memory = new SendMemory(16 * MiB);
        SendMemory.Use[] others = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            SendMemory.Use use = memory.TryOpen(1, 3 * MiB)!;
            use.Set(0);
            return use;
        })];
        var rig = new StreamRig();
        rig.Run(5000);

        // It reads as fast as it plays, so the kernel holds the burst of two seconds for it.
        StreamClient slow = rig.Join(
            (log, start) => new StreamClient(log, start, 200_000, 1000) { Memory = memory.TryOpen(1, 200_000), Bandwidth = 16 });
        rig.Run(100);
        Assert.InRange(slow.UnsentBytes, 20_000, 40_000);
        Array.ForEach(others, u => u.Set(each));

        rig.Run(1900);

        Assert.Null(slow.Finished);
        Array.ForEach(others, static u => u.Dispose());
        rig.Run(10_000);
        Assert.Equal((null, 0), (slow.Finished, slow.Underruns));
    }

    [Fact]
    public void A_crowd_that_stalls_together_does_not_cause_the_drop_of_a_reading_listener()
    {
        var memory = new SendMemory(16 * MiB);
        var rig = new StreamRig();
        rig.Run(5000);

        // Their kernel buffers are always full: they accept just what is played, and the rest waits.
        StreamClient good = rig.Join(
            (log, start) => new StreamClient(log, start, sendBuffer: 9000) { Memory = memory.TryOpen(1, 200_000), Bandwidth = 16 });
        StreamClient away = rig.Join(
            (log, start) => new StreamClient(log, start, sendBuffer: 9000) { Memory = memory.TryOpen(2, 200_000), Bandwidth = 16 });
        rig.Run(30_000);
        StreamClient newcomer = rig.Join(
            (log, start) => new StreamClient(log, start, sendBuffer: 9000) { Memory = memory.TryOpen(3, 200_000), Bandwidth = 16 });
        SendMemory.Use[] crowd = [.. Enumerable.Range(10, 24).Select(i =>
        {
            SendMemory.Use use = memory.TryOpen((UInt128)i, MiB)!;
            use.Set(0);
            return use;
        })];
        rig.Run(1000);
        away.IsOnline = false;
        Array.ForEach(crowd, static u => u.Set(MiB));
        rig.Run(1200);

        Assert.Equal(DropReason.Stalled, away.Finished);
        Assert.Equal((null, null), (good.Finished, newcomer.Finished));
        rig.Run(10_000);
        Assert.Equal((null, null, 0), (good.Finished, newcomer.Finished, good.Underruns));
    }

    [Fact]
    public void A_live_listener_that_never_read_is_dropped_after_five_seconds_and_one_that_did_after_ten()
    {
        var loop = new SenderLoop(new SenderOptions(), 1000, new SenderCounters(1000), static _ => { });
        BroadcastRing ring = Rings.Create(seconds: 60);
        Rings.Publish(ring, 2500);
        RecordingListener never = Join(0);
        RecordingListener slow = Join(0);
        never.Room = 0;
        slow.Room = 10;

        Run(0, 1500);
        slow.Room = 10;
        Run(1500, 4900);
        Assert.DoesNotContain(never.Events, IsFinished);
        Run(4900, 5100);
        Assert.Equal("finished Stalled", never.Events[^1]);

        Run(5100, 11_000);
        Assert.DoesNotContain(slow.Events, IsFinished);
        Run(11_000, 12_000);
        Assert.Equal("finished Stalled", slow.Events[^1]);

        RecordingListener Join(long now)
        {
            var listener = new RecordingListener(Rings.Open(ring)) { Next = ring.IndexAt(now, 0) };
            loop.Add(listener, now);
            return listener;
        }

        void Run(long from, long to)
        {
            for (long now = from; now <= to;)
            {
                long next = loop.Step(now);
                now = next > to && now < to ? to : next;
            }
        }

        static bool IsFinished(string text) => text.StartsWith("finished", StringComparison.Ordinal);
    }
}
