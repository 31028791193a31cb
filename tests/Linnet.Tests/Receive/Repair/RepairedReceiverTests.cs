using Linnet.Audio;
using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtp;
using Linnet.Wire.Sdp;

namespace Linnet.Tests.Receive.Repair;

/// <summary>How a receiver uses and counts retransmissions and copies. Ticks are microseconds, packets are 20 ms.</summary>
public class RepairedReceiverTests
{
    private const int Frames = 160;
    private const uint RtxSsrc = 9;

    private static readonly AudioFormat Format = new(8000, 1);

    private readonly SettableTime _time = new(1_000_000) { Timestamp = 5_000_000 };
    private readonly FakeRtpSender _sender = new(Format, firstSequence: 65_534);
    private readonly List<byte[]> _packets = [];
    private readonly Receiver _receiver;

    public RepairedReceiverTests()
    {
        var offer = new RepairOffer { RtxPayloadType = 99, RedPayloadType = 100, ReducedSize = true };
        _receiver = Create(offer);
        for (int i = 0; i < 20; i++)
        {
            _packets.Add(_sender.Next(Frames));
        }
    }

    private IRtpSink Repaired => _receiver;

    [Fact]
    public void A_gap_is_requested_at_once_and_after_each_round_trip_until_it_is_filled()
    {
        Repaired.OnRoundTrip(TimeSpan.FromMilliseconds(8), isMeasured: true);
        Send(0, 1, 4);

        Assert.Equal([_packets[2], _packets[3]], Asked());
        Assert.Empty(Asked());
        _time.Timestamp += 8000;
        Assert.Empty(Asked());
        _time.Timestamp += 6000;
        Assert.Equal([_packets[2], _packets[3]], Asked());

        Receive(Again(2));
        _time.Timestamp += 14_000;
        Assert.Equal([_packets[3]], Asked());
        Receive(Again(3));

        RepairSummary repair = _receiver.GetStatistics().Repair;
        Assert.Equal((2, 2, 5), (repair.Repaired, repair.ByRetransmission, repair.Requested));
        AssertSound(5, lost: 0);
    }

    [Fact]
    public void Packets_that_would_arrive_too_late_are_not_requested()
    {
        Repaired.OnRoundTrip(TimeSpan.FromMilliseconds(120), isMeasured: true);
        Send(0, 1, 4);

        Assert.Empty(Asked());
        Assert.Equal(0, _receiver.GetStatistics().Repair.Requested);
    }

    [Fact]
    public void Without_copies_the_buffer_becomes_as_deep_as_retransmission_needs()
    {
        var receiver = new Receiver(
            new FakeL16Decoder(Format), FakeRtpSender.PayloadType, new ReceiverOptions(), _time,
            new RepairOffer { RtxPayloadType = 99, ReducedSize = true });
        ((IRtpSink)receiver).OnRoundTrip(TimeSpan.FromMilliseconds(120), isMeasured: true);
        Assert.Equal(TimeSpan.FromMilliseconds(40), receiver.GetStatistics().Target);

        for (int i = 0; i < 200; i++)
        {
            byte[] packet = _sender.Next(Frames);
            if (i % 10 != 5)
            {
                receiver.OnRtp(packet, _time.Timestamp);
            }

            _time.Timestamp += 20_000;
        }

        ReceiverStatistics statistics = receiver.GetStatistics();
        Assert.InRange(statistics.Target.TotalMilliseconds, 20 + 120, 300);
        Assert.Equal(RepairMode.Retransmission, statistics.Repair.Choice.Mode);
    }

    [Fact]
    public void Reordered_packets_are_waited_for_before_they_are_requested()
    {
        Send(0, 2);
        Asked();
        _time.Timestamp += 10_000;
        Receive(_packets[1]);
        Send(4);
        Assert.Empty(Asked());
        _time.Timestamp += 13_000;

        Assert.Equal([_packets[3]], Asked());
    }

    [Fact]
    public void Copies_fill_gaps_and_nothing_is_requested()
    {
        Send(0, 1);
        _time.Timestamp += 60_000;
        Receive(Red(4, 100, 2, 3));

        Assert.Empty(Asked());
        Assert.Equal(
            (2, 0, 0L), (_receiver.GetStatistics().Repair.ByRedundancy, _receiver.GetStatistics().Duplicate,
                _receiver.GetStatistics().Repair.Requested));
        AssertSound(5, lost: 0);
    }

    [Fact]
    public void A_repair_of_a_received_packet_is_needless_not_a_duplicate()
    {
        Send(0, 1);
        Receive(Red(2, 100, 0, 1));
        Receive(Again(1));
        Receive(Again(1));

        ReceiverStatistics statistics = _receiver.GetStatistics();
        Assert.Equal((4, 0, 3), (statistics.Repair.Needless, statistics.Duplicate, statistics.Received));
        Assert.Equal(0, statistics.Repair.Repaired);
    }

    [Fact]
    public void A_packet_that_arrives_after_its_repair_counts_as_received_and_reordered()
    {
        Send(0, 2);
        Receive(Again(1));
        Receive(_packets[1]);
        Receive(_packets[1]);

        ReceiverStatistics statistics = _receiver.GetStatistics();
        Assert.Equal((3, 1, 1, 0), (statistics.Received, statistics.Reordered, statistics.Duplicate, statistics.Late));
        Assert.Equal((0, 1, 1), (statistics.Repair.Repaired, statistics.Repair.ByRetransmission, statistics.Repair.Overtaken));
    }

    [Fact]
    public void A_repair_that_is_too_late_repairs_nothing()
    {
        Send(0, 2, 3);
        _time.Timestamp += 200_000;
        Take();
        Receive(Again(1));

        ReceiverStatistics statistics = _receiver.GetStatistics();
        Assert.Equal((1, 0, 1, 0), (statistics.Lost, statistics.Repair.Repaired, statistics.Repair.TooLate, statistics.Late));
    }

    [Fact]
    public void Copies_with_an_unannounced_type_are_recognised_by_their_content()
    {
        Receiver receiver = Create(RepairOffer.None);
        receiver.OnRtp(_packets[0], _time.Timestamp);
        receiver.OnRtp(_packets[1], _time.Timestamp);
        receiver.OnRtp(Red(4, 77, 2, 3), _time.Timestamp);

        Assert.Equal(
            (3, 0, 2), (receiver.GetStatistics().Received, receiver.GetStatistics().Foreign, receiver.GetStatistics().Repair.ByRedundancy));
        Assert.Equal(RepairMode.Redundancy, receiver.GetStatistics().Repair.Choice.Mode);

        byte[] other = Red(5, 77, 3, 4);
        other[RtpHeader.Length] ^= 1;
        receiver.OnRtp(other, _time.Timestamp);
        Assert.Equal((3, 1), (receiver.GetStatistics().Received, receiver.GetStatistics().Foreign));
    }

    [Fact]
    public void Retransmissions_that_fit_nowhere_count_as_foreign()
    {
        Receive(Again(3));
        Send(0, 1);
        byte[] far = Again(3);
        far[5] ^= 0x40;
        Receive(far);

        Assert.Equal(
            (2, 2, 0), (_receiver.GetStatistics().Received, _receiver.GetStatistics().Foreign, _receiver.GetStatistics().Repair.Repaired));
    }

    private Receiver Create(RepairOffer offer) => new(
        new FakeL16Decoder(Format), FakeRtpSender.PayloadType, new ReceiverOptions { Latency = TimeSpan.FromMilliseconds(100) }, _time,
        offer);

    private void Send(params ReadOnlySpan<int> packets)
    {
        foreach (int packet in packets)
        {
            _time.Timestamp = Math.Max(_time.Timestamp, 5_000_000 + (packet * 20_000));
            Receive(_packets[packet]);
        }
    }

    private void Receive(byte[] datagram) => _receiver.OnRtp(datagram, _time.Timestamp);

    private byte[] Again(int packet) => RtxPayload.Wrap(_packets[packet], new RtpHeader(99, false, (ushort)packet, 0, RtxSsrc));

    private byte[] Red(int packet, byte type, params ReadOnlySpan<int> copies)
    {
        byte[] headers = new byte[(copies.Length * RedPayload.CopyHeaderLength) + RedPayload.PrimaryHeaderLength];
        var payloads = new List<byte>();
        for (int i = 0; i < copies.Length; i++)
        {
            RedPayload.WriteCopyHeader(headers.AsSpan(4 * i), FakeRtpSender.PayloadType, (packet - copies[i]) * Frames, Frames * 2);
            payloads.AddRange(_packets[copies[i]].AsSpan(RtpHeader.Length));
        }

        RedPayload.WritePrimaryHeader(headers.AsSpan(4 * copies.Length), FakeRtpSender.PayloadType);
        byte[] datagram =
            [.. _packets[packet].AsSpan(0, RtpHeader.Length), .. headers, .. payloads, .. _packets[packet].AsSpan(RtpHeader.Length)];
        datagram[1] = type;
        return datagram;
    }

    /// <summary>The packets requested by now.</summary>
    private byte[][] Asked()
    {
        if (Repaired.RepairAt > _time.Timestamp)
        {
            return [];
        }

        var request = new RepairRequest();
        Repaired.FillRepair(_time.Timestamp, request);
        var asked = new List<byte[]>();
        foreach (ushort sequence in request.Missing)
        {
            asked.Add(_packets[unchecked((ushort)(sequence - 65_534))]);
        }

        return [.. asked];
    }

    private float[] Take()
    {
        float[] pcm = new float[Frames * 20];
        int frames = _receiver.Take(pcm, _time.Timestamp);
        return pcm[..Math.Max(0, frames)];
    }

    private void AssertSound(int packets, int lost)
    {
        _time.Timestamp += 500_000;
        float[] sound = Take();
        Assert.Equal(packets * Frames, sound.Length);
        for (int i = 0; i < sound.Length; i++)
        {
            Assert.Equal(FakeL16Decoder.Decode(_sender.Sound(i, 0)), sound[i]);
        }

        Assert.Equal(lost, _receiver.GetStatistics().Lost);
    }
}
