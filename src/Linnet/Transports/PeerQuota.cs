using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>
/// Counts peers, in all and for each address (IPv6: each network of 64 bits), and says when there are too many. Any thread may ask.
/// </summary>
/// <param name="most">Peers at a time.</param>
/// <param name="mostPerAddress">Those of one address.</param>
internal sealed class PeerQuota(int most, int mostPerAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerAddress, int> _ofNetwork = [];
    private int _count;

    /// <summary>Peers now.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Lets a peer in.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="isFull">If not: whether there are too many in all, else of its address.</param>
    /// <param name="isMany">Whether many stand behind its address, a trusted proxy's, so that there cannot be too many of it.</param>
    internal bool TryEnter(PeerAddress peer, out bool isFull, bool isMany = false)
    {
        lock (_gate)
        {
            int already = _ofNetwork.GetValueOrDefault(peer.Network);
            isFull = _count >= most;
            if (isFull || (already >= mostPerAddress && !isMany))
            {
                return false;
            }

            _ofNetwork[peer.Network] = already + 1;
            _count++;
            return true;
        }
    }

    /// <summary>Lets a peer go that was let in.</summary>
    internal void Leave(PeerAddress peer)
    {
        lock (_gate)
        {
            int left = _ofNetwork[peer.Network] - 1;
            _count--;
            if (left > 0)
            {
                _ofNetwork[peer.Network] = left;
            }
            else
            {
                _ofNetwork.Remove(peer.Network);
            }
        }
    }
}
