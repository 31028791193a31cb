namespace Linnet.Broadcast;

/// <summary>Keeps a rendition running. Disposing it once ends that; more often does nothing.</summary>
public sealed class RingLease : IDisposable
{
    private int _closed;

    internal RingLease(BroadcastRing ring) => Ring = ring;

    /// <summary>The rendition's ring.</summary>
    public BroadcastRing Ring { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Ring.Close();
        }
    }
}
