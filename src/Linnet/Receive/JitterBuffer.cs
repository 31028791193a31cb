namespace Linnet.Receive;

/// <summary>What became of a packet that was put into a <see cref="JitterBuffer"/>.</summary>
internal enum PacketClass
{
    /// <summary>Newer than all before.</summary>
    Received,

    /// <summary>In time, though a newer one was there first.</summary>
    Reordered,

    /// <summary>There already, played or not.</summary>
    Duplicate,

    /// <summary>Its turn was over.</summary>
    Late,

    /// <summary>A repair that took the place of a packet that had not come.</summary>
    Repaired,

    /// <summary>A repair of what was there already.</summary>
    Needless,

    /// <summary>A repair whose turn was over.</summary>
    TooLate,

    /// <summary>The packet itself, after a repair had taken its place, though in time.</summary>
    Overtaken,

    /// <summary>The packet itself, after a repair had taken its place and its turn was over.</summary>
    OvertakenLate,
}

/// <summary>What a <see cref="JitterBuffer"/> knows of a packet without its payload.</summary>
/// <param name="Sequence">Unwrapped sequence number.</param>
/// <param name="Position">Of its first frame.</param>
/// <param name="ArrivedAt">In ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Stream">Which of the streams that followed each other: positions of two have nothing to do with each other.</param>
internal readonly record struct BufferedPacket(long Sequence, long Position, long ArrivedAt, int Stream);

/// <summary>Brings packets back into order: preallocated slots, one per sequence number, that hold what arrived until its turn.</summary>
/// <remarks>
/// One thread writes (<see cref="Put"/>), one reads (the rest), neither waits for the other. A slot is published by its
/// sequence number, which is written last and checked again after reading: when the buffer overflows the writer takes the slot of
/// the oldest packet, perhaps under the reader's hands, and the reader then sees that it is gone. A slot is not cleared
/// when it is read, which is how duplicates of played packets are recognised.
/// </remarks>
internal sealed class JitterBuffer
{
    private const long Empty = long.MinValue;
    private const int SmallestPayload = 256;
    private const int NotKept = -1;

    /// <summary>
    /// The most memory that payloads take: as much as 1024 packets of the greatest length do, however many slots there are.
    /// </summary>
    internal const int MaxBytes = 64 << 20;

    private readonly Slot[] _slots;
    private readonly long _mask;

    // Written by the network's thread.
    private long _first = Empty;
    private long _newest = Empty;
    private bool _firstIsFixed;
    private long _unique;
    private long _overwritten;
    private long _bytes;

    // Written by the reader's thread.
    private long _head = Empty;
    private long _passedOver;

    /// <param name="capacity">Packets held; a power of two.</param>
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

    /// <summary>Packets that fit.</summary>
    internal int Capacity => _slots.Length;

    /// <summary>Memory that payloads take.</summary>
    internal long HeldBytes => Volatile.Read(ref _bytes);

    /// <summary>The highest sequence number put in, or <see langword="null"/> before the first.</summary>
    internal long? Newest => Volatile.Read(ref _newest) is var newest && newest == Empty ? null : newest;

    /// <summary>Where reading is, or will begin. Asking does not begin it.</summary>
    internal long Start => HasBegun ? _head : Volatile.Read(ref _first);

    /// <summary>Packets dropped unplayed because newer ones needed their slots.</summary>
    internal long Overflow => Volatile.Read(ref _overwritten) + Volatile.Read(ref _passedOver);

    /// <summary>Packets whose turn is over and that never came. Exact when neither thread is inside the buffer.</summary>
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

            // What the slots do not reach any more has had its turn.
            head = Math.Max(head, newest - _mask);
            long ahead = 0;
            for (long sequence = head; sequence <= newest; sequence++)
            {
                ahead += Contains(sequence) ? 1 : 0;
            }

            return Math.Max(0, Math.Min(head, newest + 1) - first - (Volatile.Read(ref _unique) - ahead));
        }
    }

    /// <summary>Says which packet is the first, before any is put in: one before it is late, and if it never comes it was lost.</summary>
    internal void StartAt(long sequence)
    {
        _firstIsFixed = true;
        Volatile.Write(ref _first, sequence);
    }

    /// <summary>Copies a packet into its slot and says what class of arrival it was. Called by the network's thread.</summary>
    /// <param name="packet">What is known of it.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="isRepair">Whether it was sent again, or came as a copy: then it tells nothing about the path.</param>
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
    /// The sequence number whose turn it is. Reading begins with the first call; a packet before it is late from then on.
    /// </summary>
    /// <exception cref="InvalidOperationException">There was no packet yet.</exception>
    internal long Head
    {
        get
        {
            long newest = Volatile.Read(ref _newest);
            if (newest == Empty)
            {
                throw new InvalidOperationException("Nothing has arrived yet.");
            }

            if (_head == Empty)
            {
                Volatile.Write(ref _head, Volatile.Read(ref _first));
            }

            // What lies further back than the slots reach has been, or is about to be, overwritten.
            long oldest = newest - _mask;
            if (_head < oldest)
            {
                PassOver(oldest);
            }

            return _head;
        }
    }

    /// <summary>The first packet at or after <paramref name="sequence"/> that is there.</summary>
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
    /// <returns><see langword="false"/> if it was overwritten meanwhile.</returns>
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

    /// <summary>Ends the turn of everything before <paramref name="sequence"/>.</summary>
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

    // So that a second copy is a duplicate, not late once more; and it was not lost.
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
