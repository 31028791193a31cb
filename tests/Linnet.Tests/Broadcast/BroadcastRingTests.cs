using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Broadcast;

public class BroadcastRingTests
{
    [Fact]
    public void A_packet_is_one_array_with_its_headers_before_it()
    {
        byte[] payload = [7, 8, 9];
        var item = new PacketItem(
            new InterleavedFraming(Rings.Stream), number: 10, position: 9600, frames: 960, marker: true, dueAt: 5, payload);

        Assert.True(RtpPacket.TryParse(item.Datagram.Span, out RtpPacket packet));
        Assert.Equal(new RtpHeader(96, true, 4, 9304, 0x01020304), packet.Header);
        Assert.Equal(payload, packet.Payload.ToArray());
        Assert.Equal(payload, item.Payload.ToArray());
        Assert.Equal([(byte)'$', 0, 0, 15], item.InterleavedFrame[..4].ToArray());
        Assert.True(item.Datagram.Span.SequenceEqual(item.InterleavedFrame[4..].Span));
    }

    [Fact]
    public void An_item_stays_until_the_item_one_capacity_later_overwrites_it()
    {
        BroadcastRing ring = Rings.Create(seconds: 1);
        Rings.Publish(ring, ring.Capacity);
        Assert.True(ring.Capacity * 20 >= 1000);
        Assert.True(ring.TryGet(0, out RingItem? first));
        Assert.Equal(0, first.Index);

        Rings.Publish(ring, 1);

        Assert.False(ring.TryGet(0, out _));
        Assert.True(ring.TryGet(1, out _));
        Assert.True(ring.TryGet(ring.Head - 1, out _));
        Assert.False(ring.TryGet(ring.Head, out _));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(1000, 0, 50)]
    [InlineData(1000, 100, 45)]
    [InlineData(1010, 100, 46)]
    [InlineData(9_999, 100, 100)]
    public void A_listener_joins_at_the_edge_or_a_little_before(long now, long preRoll, long expected)
    {
        BroadcastRing ring = Rings.Create();
        Rings.Publish(ring, 100);

        Assert.Equal(expected, ring.IndexAt(now, preRoll));
    }

    [Fact]
    public void Only_the_first_lease_starts_the_rendition()
    {
        int starts = 0;
        BroadcastRing ring = Rings.Create(start: () => ++starts > 0);

        RingLease a = Rings.Open(ring);
        RingLease b = Rings.Open(ring);
        a.Dispose();
        a.Dispose();
        Assert.Equal((1, 1), (starts, ring.Leases));

        b.Dispose();
        Assert.Equal(0, ring.Leases);
        Rings.Open(ring).Dispose();
        Assert.Equal(2, starts);
    }

    [Fact]
    public void A_rendition_that_may_not_start_gives_no_lease()
    {
        BroadcastRing ring = Rings.Create(start: () => false);

        Assert.False(ring.TryOpen(default, out _, out _));
        Assert.Equal(0, ring.Leases);
    }

    [Fact]
    public async Task Waiting_for_an_item_ends_when_it_is_published()
    {
        BroadcastRing ring = Rings.Create();
        Task second = ring.WaitForAsync(1, TestContext.Current.CancellationToken);

        Rings.Publish(ring, 1);
        Assert.False(second.IsCompleted);

        Rings.Publish(ring, 1);
        await second;
        await ring.WaitForAsync(0, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_timeline_is_that_of_the_last_discontinuity()
    {
        BroadcastRing ring = Rings.Create();
        Assert.Null(ring.Timeline);

        var timeline = new MediaTimeline(5, 48_000, 1000);
        ring.Publish(new DiscontinuityItem(0, 0, timeline));

        Assert.Equal(timeline, ring.Timeline);
    }

    [Fact]
    public async Task Readers_on_other_threads_see_every_item_whole_and_in_order()
    {
        BroadcastRing ring = Rings.Create();
        const int Items = 20_000;
        Task<long>[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadAll(ring)))];

        for (long i = 0; i < Items; i++)
        {
            ring.Publish(Rings.Packet(i, i));
        }

        ring.Publish(new EndItem(0, Items));
        foreach (long bad in await Task.WhenAll(readers))
        {
            Assert.Equal(0, bad);
        }

        static long ReadAll(BroadcastRing ring)
        {
            long bad = 0;
            long next = 0;
            while (true)
            {
                if (!ring.TryGet(next, out RingItem? item))
                {
                    // Not there yet, or gone: then go on with what there is.
                    next = Math.Max(next, ring.Head - (ring.Capacity / 2));
                    continue;
                }

                if (item is PacketItem packet)
                {
                    bad += packet.DueAt == next && BitConverter.ToInt64(packet.Payload.Span) == next ? 0 : 1;
                    next++;
                }
                else
                {
                    return bad;
                }
            }
        }
    }
}
