using System.Net;
using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>Limits how many clients are admitted, in total and per address (IPv6: per /64 network). Thread-safe.</summary>
/// <param name="most">The most clients at a time.</param>
/// <param name="mostPerAddress">The most clients of one address at a time.</param>
internal sealed class AddressQuota(int most, int mostPerAddress)
{
    private readonly PeerQuota _peers = new(most, mostPerAddress);

    /// <summary>Admits a client.</summary>
    /// <param name="address">The client's address.</param>
    /// <returns><see langword="false"/> if the limit is reached.</returns>
    public bool TryEnter(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _peers.TryEnter(PeerAddress.Of(address), out _);
    }

    /// <summary>Frees the place of an admitted client.</summary>
    /// <param name="address">The client's address.</param>
    public void Leave(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _peers.Leave(PeerAddress.Of(address));
    }
}
