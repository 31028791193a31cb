namespace Linnet.Broadcast;

/// <summary>Keeps a rendition running. Disposing it once ends that; more often does nothing.</summary>
public sealed class RingLease : IDisposable
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
    /// Index in the ring of the first item published since it was opened: if it started the rendition, that is the first there is.
    /// </summary>
    internal long OpenedAt { get; }

    /// <summary>The run of the rendition that it is of.</summary>
    internal int Run { get; }

    /// <summary>What was asked for.</summary>
    internal RingRequest Request { get; }

    /// <summary>Whether its run of the rendition was cut short, so that it keeps nothing running any more.</summary>
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
