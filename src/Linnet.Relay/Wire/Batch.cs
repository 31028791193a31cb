namespace Linnet.Relay.Wire;

/// <summary>
/// A checked view over one batch: items of a ring that follow each other, as one NATS message. Copies nothing and lives no longer than
/// the buffer.
/// </summary>
/// <remarks>The format is in <c>docs/wire/relay.md</c>.</remarks>
internal readonly ref struct Batch
{
    /// <summary>The longest batch, in bytes. A NATS server accepts messages of 1 MiB unless it is configured otherwise.</summary>
    internal const int MaxLength = 1_000_000;

    private readonly ReadOnlySpan<byte> _items;

    private Batch(BatchHeader header, ReadOnlySpan<byte> items, int count)
    {
        Header = header;
        _items = items;
        Count = count;
    }

    /// <summary>The header.</summary>
    public BatchHeader Header { get; }

    /// <summary>Items in it, also those of unknown kinds.</summary>
    public int Count { get; }

    /// <summary>The index of the item that follows the batch.</summary>
    public long NextIndex => Header.FirstIndex + Count;

    /// <summary>Reads a message that came from the network. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Batch batch)
    {
        batch = default;
        if (message.Length > MaxLength || !BatchHeader.TryRead(message, out BatchHeader header))
        {
            return false;
        }

        ReadOnlySpan<byte> items = message[BatchHeader.Length..];
        int count = 0;
        for (ReadOnlySpan<byte> rest = items; !rest.IsEmpty; count++)
        {
            if (!BatchItem.TryRead(ref rest, out _))
            {
                return false;
            }
        }

        batch = new Batch(header, items, count);
        return true;
    }

    /// <summary>Goes through the items in order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Goes through the items of a batch.</summary>
    internal ref struct Enumerator(Batch batch)
    {
        private ReadOnlySpan<byte> _rest = batch._items;
        private BatchItem _current;

        public readonly BatchItem Current => _current;

        // The batch was checked as a whole: what is left of it can be read.
        public bool MoveNext() => !_rest.IsEmpty && BatchItem.TryRead(ref _rest, out _current);
    }
}
