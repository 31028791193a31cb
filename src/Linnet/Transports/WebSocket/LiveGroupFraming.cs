using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Transports.WebSocket;

/// <summary>
/// The messages of the last packets of a ring, one behind the other: for listeners that get several packets with one write. A write costs
/// much more than its bytes.
/// </summary>
/// <param name="Ring">The ring.</param>
/// <param name="Single">Makes one message.</param>
/// <param name="Count">The packets of a group: at least 2.</param>
internal sealed record LiveGroupFraming(BroadcastRing Ring, LiveFraming Single, int Count) : PacketFraming
{
    // The audio of a group, in milliseconds, at most. For each of them the whole ring is kept once more, so that they must be few.
    private static readonly int[] Lengths = [200, 80, 60, 40];

    // What waits for one listener.
    private const int MaxBytes = 64 * 1024;

    /// <summary>The framing of a ring's packets; <see langword="null"/>: an interval holds no more than one of them.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="single">Makes one message.</param>
    /// <param name="interval">The audio that one write may hold.</param>
    internal static LiveGroupFraming? Of(BroadcastRing ring, LiveFraming single, TimeSpan interval)
    {
        double length = Array.Find(Lengths, length => length <= interval.TotalMilliseconds) / ring.Info.PacketTime.TotalMilliseconds;
        double room = MaxBytes / Math.Max(ring.Info.BitRate / 8 * ring.Info.PacketTime.TotalSeconds, 1);
        int count = (int)Math.Min(length, room);
        return count < 2 ? null : ring.Know(new LiveGroupFraming(ring, single, count));
    }

    /// <summary>After how long the packets of a group are sent though the last is missing, in ticks.</summary>
    internal long MaxWait { get; } = (Ring.Info.PacketTime * Count).InTicks(Single.TicksPerSecond);

    /// <summary>Whether a packet is the last of its group: the same for all listeners, so that they share the bytes.</summary>
    internal bool IsLast(PacketItem packet) => (packet.Number + 1) % Count == 0;

    /// <summary>The messages of as many packets up to this one as the ring still has, at most <see cref="Count"/>.</summary>
    internal override ReadOnlyMemory<byte> Make(PacketItem packet)
    {
        var group = new Stack<PacketItem>();
        group.Push(packet);
        while (group.Count < Count && Ring.TryFindPacket(packet, group.Peek().Number - 1, out PacketItem? earlier))
        {
            group.Push(earlier);
        }

        byte[] bytes = new byte[group.Sum(p => Single.Frame(p).Length)];
        int at = 0;
        foreach (PacketItem member in group)
        {
            ReadOnlyMemory<byte> frame = Single.Frame(member);
            frame.CopyTo(bytes.AsMemory(at));
            at += frame.Length;
        }

        return bytes;
    }
}
