using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Linnet.Broadcast;

/// <summary>
/// The items of a ring by their index: those of the last stretch of sound, however short its packets are, as long as they are not too many
/// bytes. One thread adds; any may ask, without a lock.
/// </summary>
/// <remarks>
/// It begins with room for packets as the encoder makes them. What is passed on may come in much shorter ones: then it grows, until the
/// stretch fits.
/// </remarks>
internal sealed class RingSlots
{
    /// <summary>What an item takes beside its bytes, about: objects, their headers, its slot.</summary>
    internal const int ItemCost = 256;

    /// <summary>The least that may be held, in bytes: room for what is passed on at a higher rate than the encoder's.</summary>
    internal const long LeastMaxBytes = 16 << 20;

    private const int LeastCapacity = 16;
    private const int MostCapacity = 1 << 20;

    // Shorter packets than this carry nothing: Opus' are 2.5 ms, FLAC's 16 frames at the least, Vorbis' 32.
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
    /// <param name="duration">Sound that is kept at least, as long as its bytes allow.</param>
    internal RingSlots(RenditionInfo info, TimeSpan duration)
    {
        _first = CapacityFor(duration / info.PacketTime * 1.05);
        _most = Math.Max(_first, CapacityFor(duration / ShortestPacket));
        _frames = (long)(duration.TotalSeconds * info.Payload.ClockRate);
        _maxBytes = Math.Max(LeastMaxBytes, (long)(4 * duration.TotalSeconds * info.BitRate / 8));
        _slots = new RingItem?[_first];
    }

    /// <summary>Items there is room for now.</summary>
    internal int Capacity => Volatile.Read(ref _slots).Length;

    /// <summary>Index of the oldest item that may still be there.</summary>
    internal long Tail => Volatile.Read(ref _tail);

    /// <summary>About the memory that its items take.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The item at <paramref name="index"/>, if it is there.</summary>
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

    /// <summary>Adds an item behind all others.</summary>
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

    /// <summary>Lets go of all items, and of room that only they needed.</summary>
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
