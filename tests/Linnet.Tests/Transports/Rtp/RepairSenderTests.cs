using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Tests.Broadcast;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Transports.Rtp;

/// <summary>One listener's repairs, in ticks of a millisecond.</summary>
public class RepairSenderTests
{
    private readonly BroadcastRing _ring = Rings.Create();
    private readonly List<byte[]> _sent = [];
    private readonly RepairSender _repair;
    private TimeSpan? _roundTrip = TimeSpan.FromMilliseconds(10);

    public RepairSenderTests()
    {
        _repair = new RepairSender(_ring.Info with { Stream = _ring.Info.Stream with { RtxSsrc = 0x77 } }, 1000, () => _roundTrip);
        Rings.Publish(_ring, 100);
        Play(50);
    }

    [Fact]
    public void Requested_packets_are_resent_on_their_own_stream()
    {
        Ask(0, 7, 8, 49);

        Assert.Equal([7, 8, 49], Originals());
        RtpHeader[] headers = [.. _sent.Select(Header)];
        Assert.All(headers, header => Assert.Equal((97, 0x77u), (header.PayloadType, header.Ssrc)));
        Assert.Equal(
            Enumerable.Range(0, 3).Select(i => unchecked((ushort)(headers[0].SequenceNumber + i))), headers.Select(h => h.SequenceNumber));
        Assert.Equal(Packet(7).Timestamp, headers[0].Timestamp);
        Assert.Equal((3, 3), (_repair.Statistics.Requested, _repair.Statistics.Retransmitted));
    }

    [Fact]
    public void Packets_not_sent_yet_or_already_gone_are_not_resent()
    {
        Ask(0, 50);
        Ask(0, 99);
        Ask(0, 60_000);

        Assert.Empty(_sent);
        Assert.Equal(3, _repair.Statistics.Gone);
    }

    [Fact]
    public void Before_the_first_packet_nothing_is_sent()
    {
        var repair = new RepairSender(_ring.Info, 1000, () => null);
        repair.Ask(GenericNack.For(1, 2, [Packet(3).SequenceNumber], out _), 0);
        repair.Send(0, _ring, datagram => _sent.Add(datagram.ToArray()));

        Assert.Empty(_sent);
    }

    [Theory]
    [InlineData(null, 18)]
    [InlineData(40, 35)]
    [InlineData(1, 2)]
    [InlineData(1000, 100)]
    public void A_packet_is_not_sent_twice_before_an_answer_can_be_missed(int? roundTrip, int spacing)
    {
        _roundTrip = roundTrip is int ms ? TimeSpan.FromMilliseconds(ms) : null;
        Ask(1000, 7);
        Ask(1000 + spacing - 1, 7);
        Ask(1000 + spacing, 7);

        Assert.Equal([7, 7], Originals());
        Assert.Equal(1, _repair.Statistics.Repeated);
    }

    [Fact]
    public void In_a_burst_one_packet_is_sent_now_and_then_and_the_others_when_it_came_through()
    {
        int[] all = [7, 8, 9];
        for (int ms = 1000; ms < 1100; ms += 3)
        {
            Ask(ms, all);
        }

        // Each at first, each once more, then one of them every 18 ms.
        long[] during = Originals();
        Assert.Equal([7, 8, 9, 7, 8, 9], during.Take(6));
        Assert.All(during.Skip(6), number => Assert.Equal(7, number));
        Assert.InRange(during.Length, 9, 11);

        Ask(1102, 8, 9);
        Assert.Equal([8, 9], Originals().Skip(during.Length));
    }

    [Fact]
    public void Requests_never_exceed_the_budget()
    {
        // 128 kb/s: three quarters of that again, and half a second in advance.
        var info = _ring.Info;
        var ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
        for (int i = 0; i < 500; i++)
        {
            ring.Publish(new PacketItem(
                InterleavedFraming.Of(ring), i, i * Rings.FramesPerPacket, Rings.FramesPerPacket, false, i, new byte[320]));
        }

        var repair = new RepairSender(info, 1000, () => TimeSpan.FromMilliseconds(5));
        for (int i = 0; i < 500; i++)
        {
            Assert.True(ring.TryGet(i, out RingItem? item));
            repair.DatagramOf((PacketItem)item, ring);
        }

        ushort[] all = [.. Enumerable.Range(0, 500).Select(i => unchecked((ushort)(info.Stream.FirstSequenceNumber + i)))];
        long bytes = 0;
        for (int ms = 0; ms < 10_000; ms++)
        {
            repair.Ask(GenericNack.For(1, 2, all, out _), ms);
            repair.Send(ms, ring, datagram => bytes += datagram.Length);
        }

        long allowed = (128_000 / 8 * 3 / 4 * 10) + (128_000 / 8 / 2);
        Assert.InRange(bytes, allowed * 0.98, allowed);
        Assert.Equal(bytes, repair.Statistics.RetransmittedBytes);
        Assert.Equal(
            repair.Statistics.Requested, repair.Statistics.Retransmitted + repair.Statistics.OverBudget + repair.Statistics.Repeated);
    }

    [Fact]
    public void A_delayed_thread_is_not_flooded_with_requests()
    {
        ushort[] all = [.. Enumerable.Range(0, 1000).Select(i => (ushort)i)];
        for (int i = 0; i < 10; i++)
        {
            _repair.Ask(GenericNack.For(1, 2, all, out _), 0);
        }

        _repair.Send(0, _ring, datagram => _sent.Add(datagram.ToArray()));

        // Of what waits, only what fits into it whole: up to 17 numbers are named together.
        Assert.Equal(10_000, _repair.Statistics.Requested);
        Assert.InRange(
            _repair.Statistics.OverBudget, 10_000 - RepairSender.MaxWaiting, 10_000 - RepairSender.MaxWaiting + NackEntry.MaxPackets);
        Assert.Equal(10_000 - _repair.Statistics.OverBudget,
            _repair.Statistics.Gone + _repair.Statistics.Retransmitted + _repair.Statistics.Repeated);
    }

    [Fact]
    public void A_flood_of_requests_does_not_reach_the_thread_that_sends()
    {
        int woken = 0;
        _repair.OnAsked = () => woken++;
        for (int i = 0; i < 100_000; i++)
        {
            // For ten seconds.
            Ask(i / 10, 60_000);
        }

        Assert.Equal(RepairBudget.MostRequests + (10 * RepairBudget.RequestsPerSecond), woken, tolerance: 1.0);
        Assert.Equal(100_000, _repair.Statistics.Gone + _repair.Statistics.OverBudget);

        Ask(11_000, 7);
        Assert.Equal([7], Originals());
    }

    [Fact]
    public void Packets_carry_copies_as_long_as_those_are_wanted()
    {
        Assert.True(_repair.DatagramOf(Packet(50), _ring).Equals(Packet(50).Datagram));
        _repair.Redundancy = new Redundancy(1, 40);
        ReadOnlyMemory<byte> datagram = _repair.DatagramOf(Packet(51), _ring);
        _repair.Redundancy = null;
        Assert.True(_repair.DatagramOf(Packet(52), _ring).Equals(Packet(52).Datagram));

        Assert.Equal(98, Header(datagram.ToArray()).PayloadType);
        Assert.Equal(datagram.Length - Packet(51).Datagram.Length, _repair.Statistics.CopyBytes);
    }

    private void Play(int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            _repair.DatagramOf(Packet(i), _ring);
        }
    }

    private void Ask(long now, params ReadOnlySpan<int> numbers)
    {
        ushort[] missing = new ushort[numbers.Length];
        for (int i = 0; i < missing.Length; i++)
        {
            missing[i] = unchecked((ushort)(Rings.Stream.FirstSequenceNumber + numbers[i]));
        }

        _repair.Ask(GenericNack.For(1, Rings.Stream.Ssrc, missing, out _), now);
        _repair.Send(now, _ring, datagram => _sent.Add(datagram.ToArray()));
    }

    private long[] Originals() => [.. _sent.Select(datagram =>
    {
        Assert.True(RtpPacket.TryParse(datagram, out RtpPacket rtp));
        Assert.True(RtxPayload.TryParse(rtp.Payload, out RtxPayload original));
        long number = BitConverter.ToInt64(original.Payload);
        Assert.Equal(Packet(number).SequenceNumber, original.OriginalSequenceNumber);
        return number;
    })];

    private static RtpHeader Header(byte[] datagram)
    {
        Assert.True(RtpPacket.TryParse(datagram, out RtpPacket rtp));
        return rtp.Header;
    }

    private PacketItem Packet(long number)
    {
        Assert.True(_ring.TryGet(number, out RingItem? item));
        return (PacketItem)item;
    }
}
