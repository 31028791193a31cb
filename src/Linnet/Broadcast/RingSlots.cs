using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Linnet.Broadcast;

/// <summary>
/// The items of a ring by their index: those of the last stretch of audio, whatever the packet length, as long as their bytes stay within
/// the limit. One thread adds; any thread may read without a lock.
/// </summary>
/// <remarks>
/// It starts with room for packets of the encoder's length. Packets passed on from a sender can be much shorter: then it grows until the
/// stretch fits.
/// </remarks>
internal sealed class RingSlots
{
    /// <summary>Approximate memory of an item beyond its bytes: objects, their headers, its slot.</summary>
    internal const int ItemCost = 256;

    /// <summary>The lower bound of the byte limit: room for packets passed on at a higher rate than the encoder's.</summary>
    internal const long LeastMaxBytes = 16 << 20;

    private const int LeastCapacity = 16;
    private const int MostCapacity = 1 << 20;

    // No real packets are shorter than this: Opus has 2.5 ms, FLAC at least 16 frames, Vorbis at least 32.
    private static readonly TimeSpan ShortestPacket = TimeSpan.FromMilliseconds(0.25);

    private readonly int _first;
    private readonly int _most;
    private readonly long _frames;
    private readonly long _maxBytes;
    private RingItem?[] _slots;
    private long _tail;
    private long _end;
    private long _bytes;

    /// <param name="info">The rendition.</param>
    /// <param name="duration">Audio to keep at least, as long as the byte limit allows.</param>
    internal RingSlots(RenditionInfo info, TimeSpan duration)
    {
        _first = CapacityFor(duration / info.PacketTime * 1.05);
        _most = Math.Max(_first, CapacityFor(duration / ShortestPacket));
        _frames = (long)(duration.TotalSeconds * info.Payload.ClockRate);
        _maxBytes = Math.Max(LeastMaxBytes, (long)(4 * duration.TotalSeconds * info.BitRate / 8));
        _slots = new RingItem?[_first];
    }

    /// <summary>Current capacity in items.</summary>
    internal int Capacity => Volatile.Read(ref _slots).Length;

    /// <summary>Index of the oldest item that may still be present.</summary>
    internal long Tail => Volatile.Read(ref _tail);

    /// <summary>Approximate memory of the items.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Gets the item at <paramref name="index"/>, if it is present.</summary>
    internal bool TryGet(long index, [NotNullWhen(true)] out RingItem? item)
    {
        RingItem?[] slots = Volatile.Read(ref _slots);
        item = Volatile.Read(ref slots[index & (slots.Length - 1)]);
        if (item?.Index == index)
        {
            return true;
        }

        item = null;
        return false;
    }

    /// <summary>Appends an item.</summary>
    internal void Add(RingItem item)
    {
        if (item.Index - _tail >= _slots.Length && _slots.Length < _most
            && _slots[_tail & (_slots.Length - 1)] is { } oldest && item.Position - oldest.Position < _frames)
        {
            Grow();
        }

        _end = item.Index;
        while (_end - _tail >= _slots.Length)
        {
            DropOldest();
        }

        Volatile.Write(ref _slots[_end & (_slots.Length - 1)], item);
        Volatile.Write(ref _bytes, _bytes + CostOf(item));
        while (_bytes > _maxBytes && _tail < _end)
        {
            DropOldest();
        }
    }

    /// <summary>Drops all items, and the room that only they needed.</summary>
    internal void Clear(long head)
    {
        Volatile.Write(ref _slots, new RingItem?[_first]);
        Volatile.Write(ref _tail, head);
        Volatile.Write(ref _bytes, 0);
    }

    private static int CapacityFor(double items) =>
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(items, LeastCapacity, MostCapacity));

    private static long CostOf(RingItem item) => ItemCost + (item is PacketItem packet ? packet.Payload.Length : 0);

    private void DropOldest()
    {
        ref RingItem? slot = ref _slots[_tail & (_slots.Length - 1)];
        if (slot is { } item && item.Index == _tail)
        {
            Volatile.Write(ref _bytes, _bytes - CostOf(item));
            Volatile.Write(ref slot, null);
        }

        Volatile.Write(ref _tail, _tail + 1);
    }

    private void Grow()
    {
        RingItem?[] larger = new RingItem?[_slots.Length * 2];
        foreach (RingItem? item in _slots)
        {
            if (item is not null)
            {
                larger[item.Index & (larger.Length - 1)] = item;
            }
        }

        Volatile.Write(ref _slots, larger);
    }
}
