namespace Linnet.Broadcast;

/// <summary>Keeps a rendition running. Disposing it once ends that; more often does nothing.</summary>
public sealed class RingLease : IDisposable
{
    private int _closed;

    internal RingLease(BroadcastRing ring, long openedAt)
    {
        Ring = ring;
        OpenedAt = openedAt;
    }

    /// <summary>The rendition's ring.</summary>
    public BroadcastRing Ring { get; }

    /// <summary>Index in the ring of the first item published since it was opened: if it started the rendition, that is the first there is.</summary>
    internal long OpenedAt { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Ring.Close();
        }
    }
}
