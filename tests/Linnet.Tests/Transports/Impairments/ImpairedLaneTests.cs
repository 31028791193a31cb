using System.Buffers.Binary;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Transports.Impairments;

public class ImpairedLaneTests
{
    private const long Second = 1_000_000;

    [Theory]
    [InlineData("reorder=10%", 0.1)]
    [InlineData("reorder=50%", 0.5)]
    [InlineData("reorder=10%,reorder-by=47ms,delay=20ms", 0.1)]
    [InlineData("reorder=10%,jitter=30ms,delay=5ms,loss=20%", 0.1)]
    public void Datagrams_held_back_are_overtaken_and_counted(string text, double share)
    {
        (ImpairmentCounts counts, List<int> order) = Run(text, 20_000);

        Assert.InRange(counts.HeldBack / (double)(counts.Taken - counts.Dropped), share * 0.9, share * 1.1);
        Assert.InRange(counts.Reordered, counts.HeldBack - 10, counts.HeldBack);
        Assert.Equal(Overtaken(order), counts.Reordered);
    }

    [Fact]
    public void Only_jitter_with_loose_order_reorders()
    {
        Assert.Equal(0, Run("jitter=30ms,delay=5ms", 10_000).Counts.Reordered);
        Assert.InRange(Run("jitter=30ms,delay=5ms,order=loose", 10_000).Counts.Reordered, 4000, 9000);
    }

    [Theory]
    [InlineData("loss=10%,duplicate=10%,corrupt=10%,reorder=10%,jitter=9ms", 1)]
    [InlineData("loss=19%,burst=60ms,duplicate=50%,corrupt=50%,rate=400k", 2)]
    [InlineData("reorder=20%,reorder-by=55ms,duplicate=20%,order=loose,jitter=20ms", 3)]
    public void Every_datagram_is_counted(string text, int seed)
    {
        (ImpairmentCounts counts, List<int> order) = Run($"{text},seed={seed}", 20_000);

        Assert.Equal(20_000, counts.Taken);
        Assert.Equal(counts.Taken - counts.Dropped + counts.Duplicated, counts.Passed);
        Assert.Equal(counts.Passed, order.Count);
        Assert.Equal(counts.Corrupted, order.Count(i => i < 0));
        Assert.Equal(counts.Duplicated, order.Where(i => i >= 0).GroupBy(i => i).Count(g => g.Count() == 2));
        Assert.DoesNotContain(order.Where(i => i >= 0).GroupBy(i => i), g => g.Count() > 2);
    }

    [Fact]
    public void A_datagram_that_waits_for_a_missing_next_one_is_released()
    {
        var lane = new ImpairedLane(Second);
        lane.Send([1, 2, 3], new Fate { LeavesAt = 5, WaitsForNext = true, IsHeldBack = true });

        Assert.Equal(5 + (Second / 10), lane.NextAt);
        Assert.False(lane.TryReceive(lane.NextAt - 1, out _, out _));
        Assert.True(lane.TryReceive(lane.NextAt, out byte[]? datagram, out _));
        Assert.Equal([1, 2, 3], datagram);
        Assert.Equal(0, lane.Counts.Reordered);
    }

    [Fact]
    public void The_bytes_in_transit_are_limited()
    {
        var lane = new ImpairedLane(Second);
        byte[] datagram = new byte[60_000];
        for (int i = 0; i < 2000; i++)
        {
            lane.Send(datagram, new Fate { LeavesAt = Second, CopyLeavesAt = Second });
        }

        ImpairmentCounts counts = lane.Counts;
        Assert.InRange((counts.Taken - counts.Dropped) * 2 * datagram.Length, ImpairedLane.MaxBytes * 0.9, ImpairedLane.MaxBytes);
        Assert.Equal(counts.Overflowed, counts.Dropped);
        while (lane.TryReceive(Second, out _, out _))
        {
        }

        lane.Send(datagram, new Fate { LeavesAt = Second });
        Assert.True(lane.TryReceive(Second, out _, out _));
    }

    [Fact]
    public void A_damaged_datagram_has_no_valid_version_or_header()
    {
        (ImpairmentCounts counts, List<int> order) = Run("corrupt=100%", 2000);

        Assert.Equal((2000, 0), (counts.Corrupted, counts.Reordered));
        Assert.All(order, i => Assert.Equal(-1, i));
    }

    [Fact]
    public void Any_datagrams_are_counted_without_an_exception()
    {
        var random = new Random(8);
        for (int run = 0; run < 200; run++)
        {
            ImpairmentOptions options = LossyLink.Like(
                $"loss={random.Next(90)}%,jitter={random.Next(50)}ms,"
                + $"order={(run % 2 == 0 ? "loose" : "kept")},"
                + $"reorder={random.Next(51)}%,duplicate={random.Next(51)}%,corrupt={random.Next(50)}%,seed={run}");
            var impairment = new Impairment(options, Second);
            var lane = new ImpairedLane(Second);
            long now = 0;
            for (int i = 0; i < 300; i++)
            {
                now += random.Next(10_000);
                byte[] datagram = new byte[random.Next(40)];
                lane.Send(datagram, impairment.Next(datagram.Length, now));
                while (lane.TryReceive(now, out _, out long arrivedAt))
                {
                    Assert.True(arrivedAt <= now);
                }
            }

            while (lane.TryReceive(now + Second, out _, out _))
            {
            }

            ImpairmentCounts counts = lane.Counts;
            Assert.Equal(ImpairedLane.Never, lane.NextAt);
            Assert.Equal(counts.Taken - counts.Dropped + counts.Duplicated, counts.Passed);
        }
    }

    // Which datagrams arrive, in order; −1 for damaged ones.
    private static (ImpairmentCounts Counts, List<int> Order) Run(string text, int count)
    {
        var impairment = new Impairment(LossyLink.Like(text), Second);
        var lane = new ImpairedLane(Second);
        var order = new List<int>();
        byte[] sent = new byte[100];
        sent[0] = 0x80;
        for (int i = 0; i <= count; i++)
        {
            long now = i < count ? i * 5000L : long.MaxValue - 1;
            while (lane.TryReceive(now, out byte[]? datagram, out _))
            {
                order.Add(datagram.Length < 12 || datagram[0] != 0x80 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(datagram.AsSpan(4)));
            }

            if (i < count)
            {
                BinaryPrimitives.WriteInt32LittleEndian(sent.AsSpan(4), i);
                lane.Send(sent, impairment.Next(sent.Length, now));
            }
        }

        return (lane.Counts, order);
    }

    private static int Overtaken(List<int> order)
    {
        int newest = -1;
        var seen = new HashSet<int>();
        int overtaken = 0;
        foreach (int i in order.Where(i => i >= 0 && seen.Add(i)))
        {
            overtaken += i < newest ? 1 : 0;
            newest = Math.Max(newest, i);
        }

        return overtaken;
    }
}
