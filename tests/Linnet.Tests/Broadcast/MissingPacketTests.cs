using System.Buffers;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Segments;
using Linnet.Broadcast.Streams;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Clock;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtp;
using Linnet.Wire.Ogg;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Broadcast;

/// <summary>
/// A ring at an edge, in which packets that could not be had are passed over without a discontinuity. Ticks are milliseconds here.
/// </summary>
public class MissingPacketTests
{
    private readonly BroadcastRing _ring = Rings.Create();

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 10)]
    [InlineData(3, 1)]
    public void Packets_are_found_among_missing_ones_and_titles(int seed, double seconds)
    {
        BroadcastRing ring = Rings.Create(seconds);
        var random = new Random(seed);
        var there = new Dictionary<long, PacketItem>();
        long number = 0;
        for (int i = 0; i < 400; i++)
        {
            number += random.Next(5) == 0 ? random.Next(2, 40) : 1;
            there[number] = Publish(ring, number);
            for (int titles = random.Next(6) == 0 ? random.Next(4) : 0; titles > 0; titles--)
            {
                ring.Publish(new TitleItem(number * Rings.FramesPerPacket, number * 20, new TrackInfo("x")));
            }
        }

        PacketItem[] held = [.. there.Values.Where(packet => ring.TryGet(packet.Index, out _))];
        Assert.True(held.Length > 20);
        foreach (PacketItem later in held.Where(static packet => packet.Number % 7 == 0).Append(held[^1]))
        {
            for (long wanted = 0; wanted <= later.Number + 1; wanted++)
            {
                PacketItem? expected = wanted > later.Number ? null : held.FirstOrDefault(packet => packet.Number == wanted);
                Assert.Equal(expected is not null, ring.TryFindPacket(later, wanted, out PacketItem? found));
                Assert.Same(expected, found);
            }
        }
    }

    [Fact]
    public void Over_RTP_the_numbers_and_times_jump_by_what_is_missing()
    {
        PublishWithout(10, 5, upTo: 30);

        PacketItem[] packets = [.. Packets()];
        int after = Array.FindIndex(packets, static packet => packet.Number == 15);
        (RtpHeader before, RtpHeader behind) = (HeaderOf(packets[after - 1]), HeaderOf(packets[after]));
        Assert.Equal(6, unchecked((ushort)(behind.SequenceNumber - before.SequenceNumber)));
        Assert.Equal(6u * Rings.FramesPerPacket, unchecked(behind.Timestamp - before.Timestamp));
        Assert.Equal(before.Ssrc, behind.Ssrc);
    }

    [Fact]
    public void A_request_for_a_missing_packet_is_not_answered_and_one_for_another_is()
    {
        PublishWithout(10, 5, upTo: 30);
        var repair = new RepairSender(_ring.Info, 1000, static () => TimeSpan.FromMilliseconds(10));
        foreach (PacketItem packet in Packets())
        {
            repair.DatagramOf(packet, _ring);
        }

        ushort[] wanted = [.. ((long[])[3, 9, 10, 12, 14, 15, 29]).Select(Rings.Stream.SequenceNumberOf)];
        repair.Ask(GenericNack.For(1, Rings.Stream.Ssrc, wanted, out _), 0);
        var sent = new List<ushort>();
        repair.Send(0, _ring, datagram =>
        {
            Assert.True(RtpPacket.TryParse(datagram.Span, out RtpPacket rtp));
            Assert.True(RtxPayload.TryParse(rtp.Payload, out RtxPayload original));
            sent.Add(original.OriginalSequenceNumber);
        });

        Assert.Equal(((long[])[3, 9, 15, 29]).Select(Rings.Stream.SequenceNumberOf), sent);
        Assert.Equal(3, repair.Statistics.Gone);
    }

    [Fact]
    public void Copies_of_packets_before_the_missing_ones_are_sent_with_their_own_times()
    {
        PublishWithout(10, 1, upTo: 30);
        PacketItem packet = Packets().Single(static packet => packet.Number == 11);

        ReadOnlyMemory<byte> datagram = RedFraming.Of(_ring, new Redundancy(2, 20)).Frame(packet);

        Assert.True(RtpPacket.TryParse(datagram.Span, out RtpPacket rtp));
        Assert.True(RedPayload.TryParse(rtp.Payload, out RedPayload red));
        Assert.Equal(1, red.Copies);
        RedCopy copy = red.GetCopy(0);
        Assert.Equal((2 * Rings.FramesPerPacket, 9L), (copy.Offset, BitConverter.ToInt64(copy.Payload)));
    }

    [Fact]
    public void An_Ogg_stream_goes_on_in_a_new_link_behind_missing_packets()
    {
        OggPages pages = OggOf(() => PublishWithout(10, 5, upTo: 30));

        Assert.Equal([Rings.Stream.Ssrc, Rings.Stream.Ssrc + 15], pages.Serials);
        Assert.Equal([10 * 960L, 15 * 960L], pages.LastGranules);
    }

    [Fact]
    public void An_Ogg_stream_goes_on_in_a_new_link_when_another_origin_takes_over()
    {
        OggPages pages = OggOf(() =>
        {
            PublishWithout(10, 0, upTo: 10);
            TakeOver(10);
            PublishWithout(10, 0, upTo: 30, from: 10);
        });

        Assert.Equal([Rings.Stream.Ssrc, Rings.Stream.Ssrc + 10], pages.Serials);
        Assert.Equal([10 * 960L, 20 * 960L], pages.LastGranules);
    }

    [Fact]
    public void Missing_packets_stay_missing_and_no_more_become_due_for_them()
    {
        var counters = new SenderCounters(1000);
        var loop = new SenderLoop(new SenderOptions(), 1000, counters, static _ => { });
        loop.Add(new RecordingListener(Rings.Open(_ring)) { Next = 0 }, 0);
        PublishWithout(50, 10, upTo: 300);

        Step(from: 0, until: 2000);
        long missing = counters.Due - counters.Sent;
        Step(from: 2005, until: 5980);

        // Up to 50 ms later than expected, a packet is not yet missing.
        Assert.InRange(missing, 8, 10);
        Assert.Equal((290, missing), (counters.Sent, counters.Due - counters.Sent));

        void Step(long from, long until)
        {
            for (long now = from; now <= until; now += 5)
            {
                loop.Step(now);
            }
        }
    }

    [Fact]
    public void A_stream_over_HTTP_counts_missing_packets_once()
    {
        var log = new StreamLog(_ring, static () => new MarkedContainer(), 0, TimeSpan.FromSeconds(10), 0, 1000);
        PublishWithout(50, 10, upTo: 300);
        for (long now = 0; now <= 5980; now += 5)
        {
            log.Advance(now);
        }

        Assert.Null(log.Problem);
        Assert.Equal((290, 0), (log.Count, log.Missed));
        Assert.InRange(log.Due - log.Count, 8, 10);
    }

    [Theory]
    [InlineData(1, new[] { false, false, false, false })]
    [InlineData(10, new[] { false, true, false, false })]
    public void Over_HLS_a_segment_that_lacks_much_is_a_gap_and_those_after_it_are_whole(int missing, bool[] gaps)
    {
        SegmentLog log = Segments(() => PublishWithout(60, missing, upTo: 201));

        Assert.Equal(gaps, log.Window.Kept.Select(static s => s.IsGap));
        Assert.Equal([0L, 1, 2, 3], log.Window.Kept.Select(static s => s.Sequence));
        Assert.Equal([2 * 48_000L, 3 * 48_000L], log.Window.Kept.Skip(2).Select(static s => s.Position));
    }

    [Fact]
    public void Over_HLS_another_origin_with_the_same_encoding_is_no_discontinuity()
    {
        SegmentLog log = Segments(() =>
        {
            PublishWithout(0, 0, upTo: 70);
            TakeOver(70);
            PublishWithout(0, 0, upTo: 201, from: 70);
        });

        Assert.Null(log.Problem);
        Assert.Equal([(0L, true), (1, false), (2, false), (3, false)], log.Window.Kept.Select(static s => (s.Sequence, s.IsDiscontinuity)));
        Assert.All(log.Window.Kept, static segment => Assert.Equal(TimeSpan.FromSeconds(1), segment.Duration));
    }

    private SegmentLog Segments(Action publish)
    {
        publish();
        var time = new SettableTime(1000);
        var log = new SegmentLog(_ring, FragmentedAudio.OfOpus, 0, new SegmentTimes(TimeSpan.FromSeconds(1), 3), time);
        time.Timestamp = 4000;
        log.Advance();
        return log;
    }

    private OggPages OggOf(Action publish)
    {
        publish();
        var container = new OggContainer(new OggOpusMapping(_ring.Info), _ring.Info);
        var output = new ArrayBufferWriter<byte>();
        for (long index = 0; _ring.TryGet(index, out RingItem? item); index++)
        {
            container.Write(item, output);
        }

        container.Write(new EndItem(30 * Rings.FramesPerPacket, 600), output);
        return OggPages.Of(output.WrittenSpan);
    }

    private void TakeOver(long number)
    {
        (long position, long due) = (number * Rings.FramesPerPacket, number * 20);
        _ring.Publish(new DiscontinuityItem(position, due, new MediaTimeline(5, 48_000, 1000)));
        _ring.Publish(new FormatItem(position, due, []));
    }

    private void PublishWithout(long missing, int count, long upTo, long from = 0)
    {
        for (long number = from; number < upTo; number++)
        {
            if (number < missing || number >= missing + count)
            {
                Publish(_ring, number);
            }
        }
    }

    private static PacketItem Publish(BroadcastRing ring, long number)
    {
        PacketItem packet = Rings.Packet(number, number * 20);
        ring.Publish(packet);
        return packet;
    }

    private IEnumerable<PacketItem> Packets()
    {
        for (long index = 0; _ring.TryGet(index, out RingItem? item); index++)
        {
            if (item is PacketItem packet)
            {
                yield return packet;
            }
        }
    }

    private static RtpHeader HeaderOf(PacketItem packet)
    {
        Assert.True(RtpPacket.TryParse(packet.Datagram.Span, out RtpPacket rtp));
        return rtp.Header;
    }

    /// <summary>The links of an Ogg stream, in order: their serial numbers and where each ends.</summary>
    private sealed record OggPages(IReadOnlyList<uint> Serials, IReadOnlyList<long> LastGranules)
    {
        internal static OggPages Of(ReadOnlySpan<byte> bytes)
        {
            var links = new List<(uint Serial, long Granule)>();
            while (!bytes.IsEmpty)
            {
                OggPage.TryParse(bytes, out OggPage page);
                Assert.True(page.Length > 0);
                if (links.Count == 0 || links[^1].Serial != page.Serial)
                {
                    links.Add((page.Serial, 0));
                }

                links[^1] = (page.Serial, page.Granule);
                bytes = bytes[page.Length..];
            }

            return new OggPages([.. links.Select(static link => link.Serial)], [.. links.Select(static link => link.Granule)]);
        }
    }
}
