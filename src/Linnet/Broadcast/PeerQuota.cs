namespace Linnet.Broadcast;

/// <summary>Limits how many peers are admitted, in total and per address (IPv6: per /64 network). Thread-safe.</summary>
/// <param name="most">The most peers at a time.</param>
/// <param name="mostPerAddress">The most peers of one address at a time.</param>
internal sealed class PeerQuota(int most, int mostPerAddress)
{
    private readonly Lock _gate = new();
    private readonly NetworkCounts _networks = new();
    private int _most = most;
    private int _mostPerAddress = mostPerAddress;
    private int _count;

    /// <summary>Peers admitted now.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>The peers admitted now, and the limit.</summary>
    internal Places Places => new(Count, Volatile.Read(ref _most));

    /// <summary>Sets other limits. Peers that were admitted stay.</summary>
    internal void Limit(int most, int mostPerAddress)
    {
        lock (_gate)
        {
            (_most, _mostPerAddress) = (most, mostPerAddress);
        }
    }

    /// <summary>Admits a peer.</summary>
    /// <param name="peer">The peer's address.</param>
    /// <param name="isFull">If refused: whether the total limit is reached, rather than the address's.</param>
    /// <param name="isMany">Whether the address is a trusted proxy's with many clients behind it, so that the limit per address does not
    /// apply.</param>
    internal bool TryEnter(PeerAddress peer, out bool isFull, bool isMany = false)
    {
        lock (_gate)
        {
            isFull = _count >= _most;
            if (isFull || (_networks.Of(peer) >= _mostPerAddress && !isMany))
            {
                return false;
            }

            _networks.Add(peer);
            _count++;
            return true;
        }
    }

    /// <summary>Frees the place of an admitted peer.</summary>
    internal void Leave(PeerAddress peer)
    {
        lock (_gate)
        {
            _networks.Remove(peer);
            _count--;
        }
    }
}
