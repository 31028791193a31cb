using System.Diagnostics.CodeAnalysis;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Broadcast;

/// <summary>
/// One ordered list of items of one rendition: the only thing that transports, relays and segmenters read.
/// </summary>
/// <remarks>
/// One thread publishes (the station's); any number read, without a lock, each with its own index.
/// An item stays until it is overwritten by the one a capacity later; a reader that is too slow finds it gone.
/// Leases keep the rendition running; while none is held its station may stop encoding it.
/// </remarks>
internal sealed class BroadcastRing
{
    private readonly RingSlots _slots;
    private readonly Func<RingRequest, bool, RingRefusal?> _open;
    private readonly Action<RingRequest>? _close;
    private readonly Lock _gate = new();
    private readonly RingHistory<TitleItem> _titles = new();
    private readonly RingHistory<FormatItem> _formats = new();
    private readonly RingHistory<DiscontinuityItem> _discontinuities = new();
    private Action<RingItem>[] _observers = [];
    private PacketFraming[] _framings = [];
    private EnvelopeFraming? _framing;
    private TaskCompletionSource? _published;
    private TimelineBox? _timeline;
    private long _head;
    private long _runStart;
    private int _run;
    private int _leases;
    private int _listeners;

    /// <summary>An empty ring.</summary>
    /// <param name="info">The rendition it holds.</param>
    /// <param name="duration">The least audio it keeps, unless that is too many bytes.</param>
    /// <param name="open">Called, under the ring's lock, for each lease and whether it is the first: starts the rendition then, or says why
    /// not.</param>
    /// <param name="close">Called, under the ring's lock, when a lease of a run that goes on is given back.</param>
    internal BroadcastRing(
        RenditionInfo info, TimeSpan duration, Func<RingRequest, bool, RingRefusal?> open, Action<RingRequest>? close = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);

        Info = info;
        Duration = duration;
        _open = open;
        _close = close;
        _slots = new RingSlots(info, duration);
    }

    /// <summary>The rendition it holds.</summary>
    public RenditionInfo Info { get; }

    /// <summary>Sound it keeps at least.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The index that the next item will get.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Items it can hold now: it grows where packets are shorter than the encoder's.</summary>
    public int Capacity => _slots.Capacity;

    /// <summary>About the memory that its items take.</summary>
    internal long Bytes => _slots.Bytes;

    /// <summary>Counts the runs of the rendition that were cut short: a lease is of one of them.</summary>
    internal int Run => Volatile.Read(ref _run);

    /// <summary>Leases held now: the users of this rendition.</summary>
    public int Leases => Volatile.Read(ref _leases);

    /// <summary>Listeners now: one for each lease, unless it says otherwise (<see cref="RingLease.Listeners"/>).</summary>
    public int Listeners => Volatile.Read(ref _listeners);

    /// <summary>The map from position to time that holds at the head; <see langword="null"/> before the rendition first ran.</summary>
    public MediaTimeline? Timeline => Volatile.Read(ref _timeline)?.Value;

    /// <summary>The title that was published last, even where its item is gone; <see langword="null"/>: none yet.</summary>
    public TitleItem? Title => _titles.Last;

    /// <summary>
    /// The envelope written around each packet when it is made: the first one that was made known; <see langword="null"/>: none.
    /// </summary>
    public EnvelopeFraming? Framing => Volatile.Read(ref _framing);

    /// <summary>
    /// Makes a framing of its packets known. Equal ones become one, so that all who use the result share the bytes. Any thread may call.
    /// </summary>
    /// <returns>The instance to use: <paramref name="framing"/>, or the one that was known before.</returns>
    public T Know<T>(T framing)
        where T : PacketFraming
    {
        ArgumentNullException.ThrowIfNull(framing);
        if (Known() is T known)
        {
            return known;
        }

        lock (_gate)
        {
            if (Known() is T meanwhile)
            {
                return meanwhile;
            }

            Volatile.Write(ref _framings, [.. _framings, framing]);
            Volatile.Write(ref _framing, _framing ?? framing as EnvelopeFraming);
            return framing;
        }

        PacketFraming? Known() => Array.Find(Volatile.Read(ref _framings), framing.Equals);
    }

    /// <summary>Takes part in the rendition, starting it if need be. The lease ends that.</summary>
    /// <param name="request">The listener's address, and the audio it wants at once.</param>
    /// <param name="lease">The lease; disposing it ends it.</param>
    /// <param name="refusal">Why there is no lease.</param>
    /// <returns><see langword="false"/> if the rendition may not run now, or the station has ended.</returns>
    public bool TryOpen(RingRequest request, [NotNullWhen(true)] out RingLease? lease, [NotNullWhen(false)] out RingRefusal? refusal)
    {
        lock (_gate)
        {
            // The next item published may be the rendition's first.
            long head = Head;
            lease = null;
            refusal = _open(request, _leases == 0);
            if (refusal is not null)
            {
                return false;
            }

            lease = new RingLease(this, head, _run, request);
            Volatile.Write(ref _leases, _leases + 1);
            Volatile.Write(ref _listeners, _listeners + lease.Listeners);
            return true;
        }
    }

    /// <summary>The item at <paramref name="index"/>, if it was published and is still there.</summary>
    public bool TryGet(long index, [NotNullWhen(true)] out RingItem? item) => _slots.TryGet(index, out item);

    /// <summary>Finds an earlier packet by how many packets of the rendition were before it, if it is still there.</summary>
    /// <param name="later">A packet of this ring from which to look back.</param>
    /// <param name="number">The <see cref="PacketItem.Number"/> looked for.</param>
    /// <param name="packet">The packet, or <see langword="null"/>.</param>
    public bool TryFindPacket(PacketItem later, long number, [NotNullWhen(true)] out PacketItem? packet)
    {
        packet = later;
        long low = _slots.Tail - 1;
        bool isBeyond = false;
        while (packet.Number > number && packet.Index - low > 1)
        {
            // Mostly there are as many items as numbers between two packets, or more: titles. Only where packets are missing is the step
            // back too long. From then on the place is between the two.
            long guess = isBeyond
                ? low + ((packet.Index - low) / 2) : Math.Max(low + 1, packet.Index - (packet.Number - number));
            if (PacketUpTo(guess, low) is not { } found || found.Number < number)
            {
                (low, isBeyond) = (guess, true);
            }
            else
            {
                packet = found;
            }
        }

        packet = packet.Number == number ? packet : null;
        return packet is not null;
    }

    /// <summary>The last packet at or before an index, but after <paramref name="low"/>; <see langword="null"/>: none is there.</summary>
    private PacketItem? PacketUpTo(long index, long low)
    {
        for (; index > low && TryGet(index, out RingItem? item); index--)
        {
            if (item is PacketItem packet)
            {
                return packet;
            }
        }

        return null;
    }

    /// <summary>
    /// Where a listener that joins at <paramref name="now"/> starts: the earliest item that was due within the last
    /// <paramref name="preRollTicks"/>, or else the first that is yet to become due. Never one of a run that was cut short, and never
    /// behind the station's end: such a listener would wait for ever.
    /// </summary>
    public long IndexAt(long now, long preRollTicks)
    {
        long index = Head;
        long first = Volatile.Read(ref _runStart);
        if (index > first && TryGet(index - 1, out RingItem? last) && last is EndItem)
        {
            index--;
        }

        while (index > first && TryGet(index - 1, out RingItem? item) && item.DueAt >= now - preRollTicks)
        {
            index--;
        }

        return index;
    }

    /// <summary>
    /// The title that holds before the item at <paramref name="index"/>, however long ago it was published; <see langword="null"/>: none.
    /// </summary>
    internal TitleItem? TitleBefore(long index) => _titles.Before(index);

    /// <summary>
    /// The format that holds before the item at <paramref name="index"/>, however long ago it was published; <see langword="null"/>: none.
    /// </summary>
    internal FormatItem? FormatBefore(long index) => _formats.Before(index);

    /// <summary>
    /// Of the discontinuity, the format and the title that hold before the item at <paramref name="index"/> the first at or behind
    /// <paramref name="from"/>; <see langword="null"/>: none. Those of an earlier run do not hold.
    /// </summary>
    internal RingItem? FirstThatHolds(long from, long index)
    {
        from = Math.Max(from, Volatile.Read(ref _runStart));
        RingItem? first = null;
        foreach (RingItem? item in (ReadOnlySpan<RingItem?>)[_discontinuities.Before(index), FormatBefore(index), TitleBefore(index)])
        {
            first = item?.Index >= from && (first is null || item.Index < first.Index) ? item : first;
        }

        return first;
    }

    /// <summary>Completes when the item at <paramref name="index"/> has been published, or one after it.</summary>
    public async Task WaitForAsync(long index, CancellationToken cancellationToken)
    {
        while (Head <= index)
        {
            TaskCompletionSource published;
            lock (_gate)
            {
                published = _published ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            Interlocked.MemoryBarrier();
            if (Head <= index)
            {
                await published.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Adds an item at the head. Called by the station's thread alone.</summary>
    public void Publish(RingItem item)
    {
        long head = _head;
        item.Index = head;
        _slots.Add(item);
        switch (item)
        {
            case DiscontinuityItem discontinuity:
                Volatile.Write(ref _timeline, new TimelineBox(discontinuity.Timeline));
                _discontinuities.Add(discontinuity, _slots.Tail);
                break;
            case TitleItem title:
                _titles.Add(title, _slots.Tail);
                break;
            case FormatItem format:
                _formats.Add(format, _slots.Tail);
                break;
        }

        // A full fence: a reader about to wait either sees this head, or is seen by the lines below.
        Interlocked.Exchange(ref _head, head + 1);
        foreach (Action<RingItem> observer in Volatile.Read(ref _observers))
        {
            observer(item);
        }

        if (Volatile.Read(ref _published) is not null)
        {
            TaskCompletionSource? published;
            lock (_gate)
            {
                published = _published;
                _published = null;
            }

            published?.TrySetResult();
        }
    }

    /// <summary>Corrects the map by an amount too small to be a discontinuity: a live source's clock is followed, not obeyed.</summary>
    internal void AdjustTimeline(MediaTimeline timeline) => Volatile.Write(ref _timeline, new TimelineBox(timeline));

    /// <summary>Calls <paramref name="observer"/> for each item published from now on, on the station's thread. It must be quick.</summary>
    internal void Subscribe(Action<RingItem> observer)
    {
        lock (_gate)
        {
            Volatile.Write(ref _observers, [.. _observers, observer]);
        }
    }

    /// <summary>Ends a subscription; a call that is under way may still come.</summary>
    internal void Unsubscribe(Action<RingItem> observer)
    {
        lock (_gate)
        {
            Volatile.Write(ref _observers, [.. _observers.Where(o => o != observer)]);
        }
    }

    /// <summary>
    /// Drops all packets if the rendition has no lease; <see langword="false"/> if it has one. Called by the station's thread.
    /// </summary>
    internal bool TryClearIfUnused()
    {
        lock (_gate)
        {
            if (_leases > 0)
            {
                return false;
            }

            _slots.Clear(_head);
            return true;
        }
    }

    /// <summary>The rendition starts: items published before do not describe what follows. Called by the station's thread.</summary>
    internal void BeginRun() => Volatile.Write(ref _runStart, _head);

    /// <summary>
    /// Cuts the run of the rendition short: its listeners get the end, and the next lease is a first one. Called by the station's
    /// thread.
    /// </summary>
    internal void EndRun(EndItem end)
    {
        lock (_gate)
        {
            Publish(end);
            Volatile.Write(ref _runStart, _head);
            Volatile.Write(ref _run, _run + 1);
            Volatile.Write(ref _leases, 0);
            Volatile.Write(ref _listeners, 0);
        }
    }

    /// <summary>Sets how many listeners a lease stands for.</summary>
    internal void Count(RingLease lease, int listeners)
    {
        lock (_gate)
        {
            if (lease.Run == _run && !lease.IsClosed)
            {
                Volatile.Write(ref _listeners, _listeners + listeners - lease.Listeners);
                lease.Listeners = listeners;
            }
        }
    }

    internal void Close(RingLease lease)
    {
        lock (_gate)
        {
            // Leases of a run that was cut short ended with it.
            if (lease.Run == _run)
            {
                Volatile.Write(ref _leases, _leases - 1);
                Volatile.Write(ref _listeners, _listeners - lease.Listeners);
                _close?.Invoke(lease.Request);
            }
        }
    }

    private sealed class TimelineBox(MediaTimeline value)
    {
        public MediaTimeline Value { get; } = value;
    }
}
