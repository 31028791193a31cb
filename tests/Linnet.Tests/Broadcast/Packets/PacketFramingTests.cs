using System.Runtime.InteropServices;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Broadcast.Packets;

public class PacketFramingTests
{
    private readonly BroadcastRing _ring = Rings.Bare();

    [Fact]
    public void The_first_envelope_that_a_ring_knows_is_written_where_the_packet_is_made()
    {
        _ring.Know(new Reversed());
        Assert.Null(_ring.Framing);
        Braces braces = _ring.Know(new Braces());
        InterleavedFraming.Of(_ring);
        Assert.Same(braces, _ring.Framing);

        PacketItem packet = Packet([1, 2, 3]);
        ReadOnlyMemory<byte> frame = braces.Frame(packet);

        Assert.Equal("{\x1\x2\x3}}"u8, frame.Span);
        Assert.Equal([1, 2, 3], packet.Payload.ToArray());
        Assert.Same(ArrayOf(frame), ArrayOf(packet.Payload));
        Assert.Same(ArrayOf(frame), ArrayOf(braces.Frame(packet)));
    }

    [Fact]
    public void A_packet_that_was_made_before_its_framing_was_known_is_framed_once()
    {
        PacketItem packet = Packet([1, 2, 3]);
        Braces braces = _ring.Know(new Braces());
        Reversed reversed = _ring.Know(new Reversed());

        Assert.Equal("{\x1\x2\x3}}"u8, braces.Frame(packet).Span);
        Assert.Equal([3, 2, 1], reversed.Frame(packet).ToArray());
        Assert.Same(ArrayOf(braces.Frame(packet)), ArrayOf(braces.Frame(packet)));
        Assert.Same(ArrayOf(reversed.Frame(packet)), ArrayOf(reversed.Frame(packet)));
        Assert.Equal([1, 2, 3], packet.Payload.ToArray());
    }

    [Fact]
    public void Equal_framings_are_one_in_a_ring_and_each_ring_has_its_own()
    {
        Assert.Same(InterleavedFraming.Of(_ring), InterleavedFraming.Of(_ring));
        Assert.Same(RtpFraming.Of(_ring), RtpFraming.Of(_ring));
        Assert.Same(RedFraming.Of(_ring, new Redundancy(1, 20)), RedFraming.Of(_ring, new Redundancy(1, 20)));
        Assert.NotSame(RedFraming.Of(_ring, new Redundancy(1, 20)), RedFraming.Of(_ring, new Redundancy(2, 20)));
        Assert.NotSame(RtpFraming.Of(_ring), RtpFraming.Of(Rings.Bare()));
    }

    [Fact]
    public void The_RTP_packet_is_the_end_of_the_interleaved_frame_even_if_the_ring_did_not_know_RTP()
    {
        PacketItem packet = new(null, number: 10, position: 9600, frames: 960, marker: true, dueAt: 5, "hi"u8);

        ReadOnlyMemory<byte> frame = InterleavedFraming.Of(_ring).Frame(packet);
        ReadOnlyMemory<byte> datagram = RtpFraming.Of(_ring).Frame(packet);

        Assert.Equal([(byte)'$', 0, 0, 14], frame[..4].ToArray());
        Assert.Same(ArrayOf(frame), ArrayOf(datagram));
        Assert.True(RtpPacket.TryParse(datagram.Span, out RtpPacket rtp));
        Assert.Equal(new RtpHeader(96, true, 4, 9304, Rings.Stream.Ssrc), rtp.Header);
        Assert.Equal("hi"u8, rtp.Payload);
    }

    [Fact]
    public void A_packet_too_long_for_RTSP_is_refused_when_it_is_made()
    {
        InterleavedFraming framing = InterleavedFraming.Of(_ring);

        Assert.Equal(65_539, framing.Frame(Packet(new byte[InterleavedFraming.MaxPayload])).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Packet(new byte[InterleavedFraming.MaxPayload + 1]));
    }

    [Fact]
    public void Concurrent_callers_get_the_same_bytes()
    {
        PacketFraming[] framings = [_ring.Know(new Braces()), _ring.Know(new Reversed()), InterleavedFraming.Of(_ring)];
        for (int round = 0; round < 200; round++)
        {
            PacketItem packet = new(null, 0, 0, 960, marker: false, dueAt: 0, [1, 2, 3]);
            var got = new byte[framings.Length * 8][];
            Parallel.For(0, got.Length, i => got[i] = ArrayOf(framings[i % framings.Length].Frame(packet))!);

            Assert.Equal(framings.Length, got.Distinct(ReferenceEqualityComparer.Instance).Count());
            Assert.All(Enumerable.Range(0, got.Length), i => Assert.Same(got[i % framings.Length], got[i]));
        }
    }

    [Fact]
    public void A_packet_with_an_envelope_takes_one_array_and_framing_it_takes_none()
    {
        Braces braces = _ring.Know(new Braces());
        byte[] payload = new byte[1000];
        PacketItem packet = Packet(payload);

        long bare = Allocations.Of(() => GC.KeepAlive(new PacketItem(null, 0, 0, 960, false, 0, payload)));
        Assert.InRange(Allocations.Of(() => GC.KeepAlive(Packet(payload))), bare, bare + 80);
        Assert.Equal(0, Allocations.Of(() => braces.Frame(packet)));
    }

    private PacketItem Packet(byte[] payload) => new(_ring.Framing, 0, 0, 960, marker: false, dueAt: 0, payload);

    private static byte[]? ArrayOf(ReadOnlyMemory<byte> memory)
    {
        Assert.True(MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment));
        return segment.Array;
    }

    private sealed record Braces : EnvelopeFraming
    {
        internal override int HeadLength(int payloadLength) => 1;

        internal override int TailLength(int payloadLength) => 2;

        internal override void WriteAround(PacketItem packet, Span<byte> frame)
        {
            frame[0] = (byte)'{';
            frame[^2] = frame[^1] = (byte)'}';
        }
    }

    private sealed record Reversed : PacketFraming
    {
        internal override ReadOnlyMemory<byte> Make(PacketItem packet)
        {
            byte[] bytes = packet.Payload.ToArray();
            Array.Reverse(bytes);
            return bytes;
        }
    }
}
