using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Broadcast.Packets;

public class RedFramingTests
{
    [Theory]
    [InlineData(1, 20, new[] { 29 })]
    [InlineData(2, 20, new[] { 28, 29 })]
    [InlineData(2, 40, new[] { 26, 28 })]
    [InlineData(1, 160, new[] { 22 })]
    [InlineData(2, 160, new[] { 14, 22 })]
    public void A_packet_carries_the_requested_copies(int copies, int spacing, int[] expected)
    {
        BroadcastRing ring = Rings.Create();
        Rings.Publish(ring, 31);
        PacketItem packet = Get(ring, 30);

        Assert.True(RtpPacket.TryParse(RedFraming.Of(ring, new Redundancy(copies, spacing)).Frame(packet).Span, out RtpPacket rtp));

        Assert.Equal(new RtpHeader(98, false, packet.SequenceNumber, packet.Timestamp, Rings.Stream.Ssrc), rtp.Header);
        Assert.True(RedPayload.TryParse(rtp.Payload, out RedPayload red));
        Assert.Equal((96, 30L), (red.PrimaryType, BitConverter.ToInt64(red.Primary)));
        Assert.Equal(expected.Length, red.Copies);
        for (int i = 0; i < expected.Length; i++)
        {
            RedCopy copy = red.GetCopy(i);
            Assert.Equal((96, (30 - expected[i]) * Rings.FramesPerPacket, (long)expected[i]),
                (copy.PayloadType, copy.Offset, BitConverter.ToInt64(copy.Payload)));
        }
    }

    [Fact]
    public void A_packet_is_made_once_for_all_listeners()
    {
        BroadcastRing ring = Rings.Create();
        Rings.Publish(ring, 31);

        ReadOnlyMemory<byte> one = RedFraming.Of(ring, new Redundancy(2, 40)).Frame(Get(ring, 30));

        Assert.True(one.Equals(RedFraming.Of(ring, new Redundancy(2, 40)).Frame(Get(ring, 30))));
        Assert.False(one.Equals(RedFraming.Of(ring, new Redundancy(2, 80)).Frame(Get(ring, 30))));
    }

    [Fact]
    public void Without_a_copy_the_packet_is_sent_unchanged()
    {
        BroadcastRing ring = Rings.Create();
        Rings.Publish(ring, 5);

        Assert.True(Get(ring, 4).Datagram.Equals(RedFraming.Of(ring, new Redundancy(2, 160)).Frame(Get(ring, 4))));
        Assert.True(Get(ring, 0).Datagram.Equals(RedFraming.Of(ring, new Redundancy(1, 20)).Frame(Get(ring, 0))));
    }

    [Fact]
    public void Packets_are_found_by_number_despite_titles_between_them()
    {
        BroadcastRing ring = Rings.Create();
        for (int i = 0; i < 31; i++)
        {
            ring.Publish(Rings.Packet(i, 20 * i));
            for (int titles = i % 4; titles > 0; titles--)
            {
                ring.Publish(new TitleItem(i * Rings.FramesPerPacket, 20 * i, new TrackInfo("x")));
            }
        }

        var newest = (PacketItem)Enumerable.Range(0, (int)ring.Head).Select(i => ring.TryGet(i, out RingItem? item) ? item : null)
            .Last(i => i is PacketItem)!;
        for (int number = 0; number <= 30; number++)
        {
            Assert.True(ring.TryFindPacket(newest, number, out PacketItem? packet));
            Assert.Equal(number, packet.Number);
        }

        Assert.False(ring.TryFindPacket(newest, -1, out _));
        Assert.False(ring.TryFindPacket(newest, 31, out _));
    }

    [Fact]
    public void Packets_dropped_from_the_ring_are_not_found()
    {
        BroadcastRing ring = Rings.Create(seconds: 1);
        Rings.Publish(ring, 1000);
        PacketItem newest = Get(ring, 999);

        Assert.True(ring.TryFindPacket(newest, 1000 - ring.Capacity, out _));
        Assert.False(ring.TryFindPacket(newest, 999 - ring.Capacity, out _));
        Assert.False(ring.TryFindPacket(newest, 0, out _));
    }

    [Fact]
    public void A_copy_from_before_a_discontinuity_is_left_out()
    {
        BroadcastRing ring = Rings.Create();
        Rings.Publish(ring, 3);
        ring.Publish(new PacketItem(InterleavedFraming.Of(ring), 3, 48_000, Rings.FramesPerPacket, marker: true, 1000, [3]));
        ring.Publish(new PacketItem(InterleavedFraming.Of(ring), 4, 48_960, Rings.FramesPerPacket, marker: false, 1020, [4]));

        Assert.True(RtpPacket.TryParse(RedFraming.Of(ring, new Redundancy(2, 20)).Frame(Get(ring, 4)).Span, out RtpPacket rtp));
        Assert.True(RedPayload.TryParse(rtp.Payload, out RedPayload red));
        Assert.Equal(1, red.Copies);
        Assert.Equal([3], red.GetCopy(0).Payload.ToArray());
    }

    [Fact]
    public void Copies_that_exceed_the_header_fields_or_the_path_size_are_left_out()
    {
        BroadcastRing ring = Rings.Create();
        int[] lengths = [1100, 300, 700, 450, 500, 20];
        for (int i = 0; i < lengths.Length; i++)
        {
            ring.Publish(
                new PacketItem(
                    ring.Framing, i, i * Rings.FramesPerPacket, Rings.FramesPerPacket, false, 20 * i, new byte[lengths[i]]));
        }

        Assert.Equal([700], Copies(ring, 3, new Redundancy(2, 20)));
        Assert.Equal([450], Copies(ring, 4, new Redundancy(2, 20)));
        Assert.Equal([450, 500], Copies(ring, 5, new Redundancy(2, 20)));
        Assert.Empty(Copies(ring, 1, new Redundancy(1, 20)));
    }

    [Fact]
    public void Pcm_has_no_room_for_copies()
    {
        Assert.False(Info("L16", 44_100, 2, 220, 1_411_200).HasRoomForCopies);
        Assert.False(Info("L24", 48_000, 2, 200, 2_304_000).HasRoomForCopies);
        Assert.True(Info("opus", 48_000, 2, 960, 128_000).HasRoomForCopies);
        Assert.True(Info("L16", 8000, 1, 40, 128_000).HasRoomForCopies);

        static RenditionInfo Info(string codec, int rate, int channels, int frames, int bitRate) =>
            new("jazz", "x", new PayloadFormat(codec, rate, channels), frames, bitRate, Rings.Stream);
    }

    private static int[] Copies(BroadcastRing ring, int number, Redundancy redundancy)
    {
        Assert.True(RtpPacket.TryParse(RedFraming.Of(ring, redundancy).Frame(Get(ring, number)).Span, out RtpPacket rtp));
        Assert.InRange(rtp.Payload.Length, 0, RedFraming.MaxPayload);
        if (rtp.Header.PayloadType != RtpStreamIdentity.RedPayloadType)
        {
            return [];
        }

        Assert.True(RedPayload.TryParse(rtp.Payload, out RedPayload red));
        int[] lengths = new int[red.Copies];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = red.GetCopy(i).Payload.Length;
        }

        return lengths;
    }

    private static PacketItem Get(BroadcastRing ring, long index)
    {
        Assert.True(ring.TryGet(index, out RingItem? item));
        return Assert.IsType<PacketItem>(item);
    }
}
