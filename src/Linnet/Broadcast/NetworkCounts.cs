namespace Linnet.Broadcast;

/// <summary>Counts peers by their network: an IPv4 address, or an IPv6 network of 64 bits. Used under its owner's lock.</summary>
internal sealed class NetworkCounts
{
    private readonly Dictionary<PeerAddress, int> _counts = [];

    /// <summary>Peers counted in the network of <paramref name="peer"/>.</summary>
    internal int Of(PeerAddress peer) => _counts.GetValueOrDefault(peer.Network);

    /// <summary>Counts a peer.</summary>
    internal void Add(PeerAddress peer) => _counts[peer.Network] = Of(peer) + 1;

    /// <summary>Takes a counted peer back.</summary>
    internal void Remove(PeerAddress peer)
    {
        int left = _counts[peer.Network] - 1;
        if (left > 0)
        {
            _counts[peer.Network] = left;
        }
        else
        {
            _counts.Remove(peer.Network);
        }
    }
}
