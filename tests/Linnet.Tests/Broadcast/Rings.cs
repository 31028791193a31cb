using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;

namespace Linnet.Tests.Broadcast;

/// <summary>Rings of 20 ms packets at 48 kHz whose payload is the packet's number.</summary>
internal static class Rings
{
    public const int FramesPerPacket = 960;

    public static readonly RtpStreamIdentity Stream = new(0x01020304, 65_530, 4_294_967_000);

    /// <summary>The refusal of a ring that may not start.</summary>
    public static readonly RingRefusal Closed = new(RingRefusalReason.StationEnded, "The station has ended, or is not available now.");

    public static BroadcastRing Create(double seconds = 10, Func<bool>? start = null)
    {
        BroadcastRing ring = Bare(seconds, start);
        InterleavedFraming.Of(ring);
        return ring;
    }

    /// <summary>A ring that knows no framing.</summary>
    public static BroadcastRing Bare(double seconds = 10, Func<bool>? start = null)
    {
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", 48_000, 2), FramesPerPacket, 128_000, Stream);
        return new BroadcastRing(
            info, TimeSpan.FromSeconds(seconds), (_, isFirst) => !isFirst || start?.Invoke() != false ? null : Closed);
    }

    public static RingLease Open(BroadcastRing ring)
    {
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        return lease;
    }

    /// <summary>Publishes packets whose deadlines are 20 ms (in ms ticks) apart.</summary>
    public static void Publish(BroadcastRing ring, int count, long firstDue = 0)
    {
        for (int i = 0; i < count; i++)
        {
            long number = ring.Head;
            ring.Publish(Packet(number, firstDue + (20 * i)));
        }
    }

    public static PacketItem Packet(long number, long due) =>
        new(
            new InterleavedFraming(Stream), number, number * FramesPerPacket, FramesPerPacket, marker: number == 0, due,
            BitConverter.GetBytes(number));
}
