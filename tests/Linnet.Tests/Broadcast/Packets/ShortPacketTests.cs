using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>
/// Packets that are passed on and much shorter than the encoder's: blocks of 192 frames where it makes 4608, in ticks of a millisecond.
/// </summary>
public class ShortPacketTests
{
    private const int Frames = 192;

    private readonly BroadcastRing _ring = Create();
    private long _number;

    [Fact]
    public void A_ring_keeps_its_seconds_however_short_the_packets_are()
    {
        int before = _ring.Capacity;
        Publish(untilMs: 20_000);

        Assert.InRange(before, 100, 256);
        Assert.True(_ring.TryGet(_ring.Head - 2500, out RingItem? oldest));
        Assert.InRange(_ring.Head, 5000, 5100);
        Assert.InRange(20_000 - oldest.DueAt, 9_900, 20_000);

        // Rest, and the room is given back.
        Assert.True(_ring.TryClearIfUnused());
        Assert.Equal(before, _ring.Capacity);
    }

    [Fact]
    public void A_ring_is_bounded_in_bytes_and_in_packets_without_audio()
    {
        for (int i = 0; i < 3000; i++)
        {
            _ring.Publish(new PacketItem(null, i, i * Frames, Frames, marker: false, 4 * i, new byte[60_000]));
        }

        Assert.InRange(_ring.Bytes, 10 << 20, 40 << 20);
        for (int i = 0; i < 200_000; i++)
        {
            _ring.Publish(new PacketItem(null, 3000 + i, 3000 * Frames, 0, marker: false, 12_000, new byte[100]));
        }

        Assert.InRange(_ring.Bytes, 1 << 20, 40 << 20);
        Assert.True(_ring.TryGet(_ring.Head - 1, out _));
    }

    [Fact]
    public void A_stream_read_twice_a_second_misses_no_packets()
    {
        var log = new StreamLog(_ring, static () => new MarkedContainer(), 0, TimeSpan.FromSeconds(5.5), 0, 1000);
        for (int now = 0; now < 20_000; now += 500)
        {
            Publish(now + 300);
            log.Advance(now);
        }

        Assert.Equal((0, log.Count), (log.Missed, log.Due));
        Assert.InRange(log.Count, 4_875, 4_880);

        // Of 5.5 s there is still all.
        Assert.InRange(log.EntryDueFrom(0)!.DueAt, 13_900, 14_004);
    }

    [Fact]
    public void A_stream_that_reads_while_packets_are_published_misses_none()
    {
        const int Packets = 50_000;
        var log = new StreamLog(_ring, static () => new MarkedContainer(), 0, TimeSpan.FromSeconds(5.5), 0, 1000);
        int patience = 10_000_000;
        var publisher = new Thread(() =>
        {
            for (int i = 0; i < Packets; i++)
            {
                // A stream that loses its place counts no further: it is not waited for without end.
                while (i - log.Count - log.Missed > 500 && patience-- > 0)
                {
                    Thread.Yield();
                }

                _ring.Publish(new PacketItem(null, i, i * Frames, Frames, marker: false, 4 * i, [1]));
            }
        })
        {
            IsBackground = true,
        };

        publisher.Start();

        // All is due, and each look comes late enough to be one.
        long now = 4 * Packets;
        while (publisher.IsAlive)
        {
            log.Advance(now += 10);
        }

        log.Advance(now + 10);

        Assert.Null(log.Problem);
        Assert.Equal((0, Packets), (log.Missed, log.Count));
    }

    [Fact]
    public void A_stream_that_was_overtaken_goes_on_at_once_with_what_there_is_and_says_how_much_it_missed()
    {
        var log = new StreamLog(_ring, static () => new MarkedContainer(), 0, TimeSpan.FromSeconds(5.5), 0, 1000);
        Publish(1_000);
        log.Advance(1_000);
        long before = log.Count;
        Publish(60_000);
        log.Advance(59_700);

        Assert.InRange(log.Missed, 11_000, 13_500);
        Assert.InRange(log.Count - before, 1_370, 1_380);
        Assert.InRange(log.Due - log.Count, log.Missed - 20, log.Missed + 20);
        Assert.InRange(log.EntryDueFrom(long.MaxValue)!.DueAt, 59_690, 59_700);
    }

    private static BroadcastRing Create()
    {
        var info = new RenditionInfo("jazz", "flac", new PayloadFormat("flac", 48_000, 2), 4608, 1_536_000, Rings.Stream);
        return new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
    }

    private void Publish(long untilMs)
    {
        for (; _number * 4 <= untilMs; _number++)
        {
            _ring.Publish(new PacketItem(null, _number, _number * Frames, Frames, marker: false, _number * 4, new byte[300]));
        }
    }
}
