using System.Net;
using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>
/// Counts who is there, in all and for each address (IPv6: each network of 64 bits), and says when there are too many. Any thread may ask.
/// </summary>
/// <param name="most">At a time.</param>
/// <param name="mostPerAddress">Those of one address.</param>
public sealed class AddressQuota(int most, int mostPerAddress)
{
    private readonly PeerQuota _peers = new(most, mostPerAddress);

    /// <summary>How many are there now.</summary>
    public int Count => _peers.Count;

    /// <summary>Lets one in.</summary>
    /// <param name="address">Of whom.</param>
    /// <returns><see langword="false"/>: there are too many.</returns>
    public bool TryEnter(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _peers.TryEnter(PeerAddress.Of(address), out _);
    }

    /// <summary>Lets one go that was let in.</summary>
    /// <param name="address">Of whom.</param>
    public void Leave(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _peers.Leave(PeerAddress.Of(address));
    }
}
