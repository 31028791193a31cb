namespace Linnet.Broadcast;

/// <summary>
/// The items of a kind that stays in force until the next (titles, formats): the last one, and those before it that still apply to
/// something in the ring. One thread adds; any thread may read.
/// </summary>
internal sealed class RingHistory<T>
    where T : RingItem
{
    private Entry? _last;

    /// <summary>The last item; <see langword="null"/> if there was none yet.</summary>
    internal T? Last => Volatile.Read(ref _last)?.Item;

    /// <summary>Adds an item.</summary>
    /// <param name="item">The item to add.</param>
    /// <param name="oldest">Index of the oldest item that is still in the ring.</param>
    internal void Add(T item, long oldest)
    {
        Volatile.Write(ref _last, new Entry(item, _last));
        for (Entry? entry = _last; entry is not null; entry = entry.Former)
        {
            if (entry.Item.Index <= oldest)
            {
                entry.Former = null;
            }
        }
    }

    /// <summary>
    /// The item in force before the item at <paramref name="index"/>; <see langword="null"/> if there is none, or it was dropped.
    /// </summary>
    internal T? Before(long index)
    {
        Entry? entry = Volatile.Read(ref _last);
        while (entry is not null && entry.Item.Index >= index)
        {
            entry = entry.Former;
        }

        return entry?.Item;
    }

    private sealed class Entry(T item, Entry? former)
    {
        private Entry? _former = former;

        public T Item { get; } = item;

        public Entry? Former
        {
            get => Volatile.Read(ref _former);
            set => Volatile.Write(ref _former, value);
        }
    }
}
