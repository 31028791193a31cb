namespace Linnet.Receive;

/// <summary>What a <see cref="JitterBuffer"/> did with a packet.</summary>
internal enum PacketClass
{
    /// <summary>Newer than all packets before.</summary>
    Received,

    /// <summary>In time, although a newer packet arrived first.</summary>
    Reordered,

    /// <summary>A duplicate of a packet that had already arrived, played or not.</summary>
    Duplicate,

    /// <summary>Too late to be played.</summary>
    Late,

    /// <summary>A repair of a packet that had not arrived.</summary>
    Repaired,

    /// <summary>A repair of a packet that had already arrived.</summary>
    Needless,

    /// <summary>A repair that arrived too late.</summary>
    TooLate,

    /// <summary>The original packet, in time, but after its repair.</summary>
    Overtaken,

    /// <summary>The original packet, too late, and after its repair.</summary>
    OvertakenLate,
}

/// <summary>A packet in a <see cref="JitterBuffer"/>, without its payload.</summary>
/// <param name="Sequence">Unwrapped sequence number.</param>
/// <param name="Position">Position of its first frame.</param>
/// <param name="ArrivedAt">Arrival time, in ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Stream">The number of its stream. Positions of different streams are unrelated.</param>
internal readonly record struct BufferedPacket(long Sequence, long Position, long ArrivedAt, int Stream);

/// <summary>Reorders packets. Preallocated slots, one per sequence number, hold packets until it is their turn to play.</summary>
/// <remarks>
/// One thread writes (<see cref="Put"/>) and one reads (all other members); neither waits for the other. A slot is published by its
/// sequence number, which is written last and checked again after reading. If the buffer overflows, the writer reuses the oldest
/// packet's slot, even while the reader is copying it; the reader then sees that the packet is gone. Reading does not clear a slot, so
/// duplicates of played packets are recognised.
/// </remarks>
internal sealed class JitterBuffer
{
    private const long Empty = long.MinValue;
    private const int SmallestPayload = 256;
    private const int NotKept = -1;

    /// <summary>
    /// The most memory for payloads: that of 1024 packets of maximum length, whatever the number of slots.
    /// </summary>
    internal const int MaxBytes = 64 << 20;

    private readonly Slot[] _slots;
    private readonly long _mask;

    // Written by the network thread.
    private long _first = Empty;
    private long _newest = Empty;
    private bool _firstIsFixed;
    private long _unique;
    private long _overwritten;
    private long _bytes;

    // Written by the reading thread.
    private long _head = Empty;
    private long _passedOver;

    /// <param name="capacity">The most packets to hold; a power of two.</param>
    internal JitterBuffer(int capacity)
    {
        _slots = new Slot[capacity];
        _mask = capacity - 1;
        foreach (ref Slot slot in _slots.AsSpan())
        {
            slot.Sequence = Empty;
            slot.Payload = [];
        }
    }

    /// <summary>Bytes of memory used for payloads.</summary>
    internal long HeldBytes => Volatile.Read(ref _bytes);

    /// <summary>The highest sequence number so far; <see langword="null"/> before the first packet.</summary>
    internal long? Newest => Volatile.Read(ref _newest) is var newest && newest == Empty ? null : newest;

    /// <summary>Where reading is, or will begin. Does not begin reading.</summary>
    internal long Start => HasBegun ? _head : Volatile.Read(ref _first);

    /// <summary>Packets dropped unplayed because newer ones needed their slots.</summary>
    internal long Overflow => Volatile.Read(ref _overwritten) + Volatile.Read(ref _passedOver);

    /// <summary>Packets that never arrived and whose turn has passed. Exact when neither thread is inside the buffer.</summary>
    internal long Lost
    {
        get
        {
            long first = Volatile.Read(ref _first);
            long newest = Volatile.Read(ref _newest);
            long head = Volatile.Read(ref _head);
            if (first == Empty || head == Empty || newest == Empty)
            {
                return 0;
            }

            // Packets beyond the reach of the slots have had their turn.
            head = Math.Max(head, newest - _mask);
            long ahead = 0;
            for (long sequence = head; sequence <= newest; sequence++)
            {
                ahead += Contains(sequence) ? 1 : 0;
            }

            return Math.Max(0, Math.Min(head, newest + 1) - first - (Volatile.Read(ref _unique) - ahead));
        }
    }

    /// <summary>Sets the first packet, before any arrives. An earlier one is late. If the first one never arrives, it was lost.</summary>
    internal void StartAt(long sequence)
    {
        _firstIsFixed = true;
        Volatile.Write(ref _first, sequence);
    }

    /// <summary>Copies a packet into its slot. Called by the network thread.</summary>
    /// <param name="packet">The packet, without its payload.</param>
    /// <param name="payload">The packet's payload.</param>
    /// <param name="isRepair">Whether it is a retransmission or a copy; it then says nothing about the path.</param>
    internal PacketClass Put(in BufferedPacket packet, ReadOnlySpan<byte> payload, bool isRepair = false)
    {
        long sequence = packet.Sequence;
        ref Slot slot = ref _slots[sequence & _mask];
        long head = Volatile.Read(ref _head);
        if (slot.Sequence == sequence)
        {
            bool isOvertaken = slot.IsRepair && !isRepair;
            slot.IsRepair &= isRepair;
            return isRepair ? PacketClass.Needless
                : !isOvertaken ? PacketClass.Duplicate
                : IsLate(sequence, head) ? PacketClass.OvertakenLate : PacketClass.Overtaken;
        }

        bool isNewest = _newest == Empty || sequence > _newest;
        if (IsLate(sequence, head))
        {
            if (isRepair)
            {
                return PacketClass.TooLate;
            }

            MarkAsSeen(ref slot, sequence, head);
            return PacketClass.Late;
        }

        int growth = slot.GrowthFor(payload.Length);
        if (_bytes + growth > MaxBytes)
        {
            MarkAsSeen(ref slot, sequence, head);
            return isRepair ? PacketClass.TooLate : PacketClass.Late;
        }

        CountOverwritten(slot, head);
        slot.Store(packet, payload);
        Volatile.Write(ref _bytes, _bytes + growth);
        slot.IsRepair = isRepair;
        Volatile.Write(ref _unique, _unique + 1);
        if (isNewest)
        {
            Volatile.Write(ref _newest, sequence);
        }

        if (head == Empty && !_firstIsFixed)
        {
            Volatile.Write(ref _first, _first == Empty ? sequence : Math.Min(_first, sequence));
        }

        return isRepair ? PacketClass.Repaired : isNewest ? PacketClass.Received : PacketClass.Reordered;
    }

    /// <summary>Whether reading has begun.</summary>
    internal bool HasBegun => _head != Empty;

    /// <summary>
    /// The sequence number to play next. The first call begins reading; earlier packets are late from then on.
    /// </summary>
    /// <exception cref="InvalidOperationException">No packet has arrived yet.</exception>
    internal long Head
    {
        get
        {
            long newest = Volatile.Read(ref _newest);
            if (newest == Empty)
            {
                throw new InvalidOperationException("No packet has arrived yet.");
            }

            if (_head == Empty)
            {
                Volatile.Write(ref _head, Volatile.Read(ref _first));
            }

            // Older packets have been overwritten, or are about to be.
            long oldest = newest - _mask;
            if (_head < oldest)
            {
                PassOver(oldest);
            }

            return _head;
        }
    }

    /// <summary>Finds the first packet at or after <paramref name="sequence"/>.</summary>
    internal bool TryFind(long sequence, out BufferedPacket packet)
    {
        long newest = Volatile.Read(ref _newest);
        for (sequence = Math.Max(sequence, newest - _mask); newest != Empty && sequence <= newest; sequence++)
        {
            if (TryGet(sequence, out packet))
            {
                return true;
            }
        }

        packet = default;
        return false;
    }

    /// <summary>Copies the payload of a packet that was found.</summary>
    /// <returns><see langword="false"/> if it has been overwritten since.</returns>
    internal bool TryCopy(long sequence, Span<byte> destination, out int length)
    {
        ref Slot slot = ref _slots[sequence & _mask];
        length = 0;
        if (Volatile.Read(ref slot.Sequence) != sequence)
        {
            return false;
        }

        byte[] payload = slot.Payload;
        int stored = slot.Length;
        if (stored < 0 || stored > payload.Length || stored > destination.Length)
        {
            return false;
        }

        payload.AsSpan(0, stored).CopyTo(destination);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref slot.Sequence) != sequence)
        {
            return false;
        }

        length = stored;
        return true;
    }

    /// <summary>Ends the turn of all packets before <paramref name="sequence"/>.</summary>
    internal void AdvanceTo(long sequence) => Volatile.Write(ref _head, sequence);

    private bool TryGet(long sequence, out BufferedPacket packet)
    {
        ref Slot slot = ref _slots[sequence & _mask];
        packet = default;
        if (Volatile.Read(ref slot.Sequence) != sequence || slot.Length == NotKept)
        {
            return false;
        }

        packet = new BufferedPacket(sequence, slot.Position, slot.ArrivedAt, slot.Stream);
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref slot.Sequence) == sequence;
    }

    private bool Contains(long sequence) => Volatile.Read(ref _slots[sequence & _mask].Sequence) == sequence;

    private bool IsLate(long sequence, long head)
    {
        if (head != Empty)
        {
            return sequence < head || sequence < _newest - _mask;
        }

        return (_firstIsFixed && sequence < _first) || (_newest != Empty && sequence < _newest - _mask);
    }

    // Mark it, so that a second copy counts as a duplicate, not as late again, and the packet not as lost.
    private void MarkAsSeen(ref Slot slot, long sequence, long head)
    {
        if (slot.Sequence < sequence)
        {
            CountOverwritten(slot, head);
            slot.Length = NotKept;
            slot.IsRepair = false;
            Volatile.Write(ref slot.Sequence, sequence);
            if (sequence >= _first)
            {
                Volatile.Write(ref _unique, _unique + 1);
            }
        }
    }

    private void CountOverwritten(in Slot slot, long head)
    {
        if (slot.Sequence != Empty && slot.Length != NotKept && (head == Empty || slot.Sequence >= head))
        {
            Volatile.Write(ref _overwritten, _overwritten + 1);
        }
    }

    private void PassOver(long oldest)
    {
        long still = 0;
        foreach (ref Slot slot in _slots.AsSpan())
        {
            long sequence = Volatile.Read(ref slot.Sequence);
            still += sequence >= _head && sequence < oldest && slot.Length != NotKept ? 1 : 0;
        }

        Volatile.Write(ref _passedOver, _passedOver + still);
        Volatile.Write(ref _head, oldest);
    }

    private struct Slot
    {
        internal long Sequence;
        internal long Position;
        internal long ArrivedAt;
        internal int Length;
        internal int Stream;
        internal bool IsRepair;
        internal byte[] Payload;

        internal readonly int GrowthFor(int length) =>
            Payload.Length >= length
                ? 0 : (int)Math.Max(SmallestPayload, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length)) - Payload.Length;

        internal void Store(in BufferedPacket packet, ReadOnlySpan<byte> payload)
        {
            Volatile.Write(ref Sequence, Empty);
            Interlocked.MemoryBarrier();
            int growth = GrowthFor(payload.Length);
            if (growth > 0)
            {
                Payload = GC.AllocateUninitializedArray<byte>(Payload.Length + growth);
            }

            payload.CopyTo(Payload);
            Length = payload.Length;
            Position = packet.Position;
            ArrivedAt = packet.ArrivedAt;
            Stream = packet.Stream;
            Volatile.Write(ref Sequence, packet.Sequence);
        }
    }
}
