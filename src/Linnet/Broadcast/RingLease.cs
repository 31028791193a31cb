namespace Linnet.Broadcast;

/// <summary>Keeps a rendition running until it is disposed. Disposing it twice is harmless.</summary>
internal sealed class RingLease : IDisposable
{
    private int _closed;

    internal RingLease(BroadcastRing ring, long openedAt, int run, RingRequest request)
    {
        Ring = ring;
        OpenedAt = openedAt;
        Run = run;
        Request = request;
    }

    /// <summary>The rendition's ring.</summary>
    public BroadcastRing Ring { get; }

    /// <summary>
    /// Index in the ring of the first item published after the lease was opened. If the lease started the rendition, that is its first
    /// item.
    /// </summary>
    internal long OpenedAt { get; }

    /// <summary>The run of the rendition to which the lease belongs.</summary>
    internal int Run { get; }

    /// <summary>The listener's request.</summary>
    internal RingRequest Request { get; }

    /// <summary>Whether it has been disposed of.</summary>
    internal bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>The listeners that it stands for: 1, unless <see cref="BroadcastRing.Count"/> says otherwise.</summary>
    internal int Listeners { get; set; } = 1;

    /// <summary>Whether the run was cut short, so that the lease keeps nothing running any more.</summary>
    internal bool IsOver => Run != Ring.Run;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Ring.Close(this);
        }
    }
}
