using System.Numerics;

namespace Linnet.Broadcast.Streams;

/// <summary>
/// The packets that a <see cref="StreamLog"/> keeps, in order. One thread at a time writes; any thread may read without a lock.
/// </summary>
/// <remarks>It starts with room for packets of the encoder's length, and grows where they are shorter.</remarks>
/// <param name="packets">Approximate number of packets of the encoder's length to keep.</param>
/// <param name="retention">How long packets are kept after they were due, in ticks.</param>
internal sealed class StreamEntries(double packets, long retention)
{
    private const int Least = 64;

    // If packets are so short or so empty that the retention holds more than this, the oldest are dropped first.
    private const int Most = 1 << 20;

    private StreamEntry?[] _entries = new StreamEntry?[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(packets, Least, Most))];
    private long _tail;
    private long _count;

    /// <summary>Number of packets so far, which is also the number of the next.</summary>
    internal long Count => Volatile.Read(ref _count);

    /// <summary>The oldest packet that is kept; <see langword="null"/> if there is none yet.</summary>
    internal StreamEntry? Oldest => Get(Volatile.Read(ref _tail));

    /// <summary>Appends a packet.</summary>
    internal void Add(StreamEntry entry)
    {
        if (_count - _tail >= _entries.Length && _entries.Length < Most && Oldest is { } oldest && oldest.DueAt >= entry.DueAt - retention)
        {
            Grow();
        }

        Volatile.Write(ref _entries[entry.Number & (_entries.Length - 1)], entry);
        Volatile.Write(ref _tail, Math.Max(_tail, entry.Number + 1 - _entries.Length));
        Volatile.Write(ref _count, entry.Number + 1);
    }

    /// <summary>Drops the oldest packet, but never the last one.</summary>
    internal bool TryDropOldest()
    {
        bool canDrop = _tail < _count - 1;
        Volatile.Write(ref _tail, canDrop ? _tail + 1 : _tail);
        return canDrop;
    }

    /// <summary>Gets the packet with a number, if it is kept.</summary>
    internal StreamEntry? Get(long number)
    {
        if (number < Volatile.Read(ref _tail) || number >= Volatile.Read(ref _count))
        {
            return null;
        }

        StreamEntry?[] entries = Volatile.Read(ref _entries);
        StreamEntry? entry = Volatile.Read(ref entries[number & (entries.Length - 1)]);
        return entry?.Number == number ? entry : null;
    }

    /// <summary>The number of the first entry whose offset, or deadline, is not before <paramref name="limit"/>.</summary>
    internal long CountBefore(long limit, bool byDue)
    {
        long low = Volatile.Read(ref _tail);
        long high = Volatile.Read(ref _count);
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (Get(middle) is not StreamEntry entry || (byDue ? entry.DueAt : entry.Offset) < limit)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Grow()
    {
        StreamEntry?[] larger = new StreamEntry?[_entries.Length * 2];
        for (long number = _tail; number < _count; number++)
        {
            larger[number & (larger.Length - 1)] = _entries[number & (_entries.Length - 1)];
        }

        Volatile.Write(ref _entries, larger);
    }
}
