using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>
/// Keeps a chain of hops (redirects, entries of a fetched playlist) out of our own network: what the operator named may be anywhere, but
/// once a hop was outside, none after it may be inside. Otherwise a stranger's server could make us ask, in our name, what it cannot reach
/// itself.
/// </summary>
/// <remarks>
/// A name is resolved here, once; the addresses that come back are those to connect to. A second look-up could give others (DNS rebinding).
/// One guard for one chain; used by one task.
/// </remarks>
/// <param name="sideOf">Where an address lies; <see langword="null"/>: as <see cref="InnerNetwork"/> says.</param>
internal sealed class HopGuard(Func<IPAddress, NetworkSide>? sideOf = null)
{
    private IReadOnlyList<IPNetwork>? _own;
    private bool _wasOutside;

    /// <summary>
    /// A guard for a chain that begins where this one stands, and has no effect on it: one entry of a playlist, beside the others.
    /// </summary>
    internal HopGuard Branch() => new(sideOf) { _own = _own, _wasOutside = _wasOutside };

    /// <summary>Resolves a host's name or address.</summary>
    /// <returns>The addresses that may be connected to; at least one.</returns>
    /// <exception cref="TransportException">It lies within our network, and a hop was outside before.</exception>
    /// <exception cref="SocketException">There is no such host.</exception>
    internal async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Admit(host, await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false));

    /// <summary>Of the addresses of the next hop, those that may be connected to.</summary>
    /// <exception cref="TransportException">None of them.</exception>
    internal IPAddress[] Admit(string host, IPAddress[] addresses)
    {
        IPAddress[] admitted = _wasOutside
            ? Array.FindAll(addresses, address => SideOf(address, _own ??= InnerNetwork.ReadOwn()) is NetworkSide.Outer) : addresses;
        return admitted.Length > 0 || addresses.Length == 0
            ? admitted
            : throw new TransportException($"The server leads to {host}, which is an address within this network: that is not followed.");
    }

    /// <summary>
    /// Says which of them was connected to. What is not inner for certain counts as outside, so our own networks need not be known here.
    /// </summary>
    internal void Connected(EndPoint? remote) =>
        _wasOutside |= remote is not IPEndPoint { Address: var address } || SideOf(address, []) is not NetworkSide.Inner;

    private NetworkSide SideOf(IPAddress address, IReadOnlyList<IPNetwork> own)
    {
        // A socket for both families says IPv4 as mapped.
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return sideOf?.Invoke(address) ?? InnerNetwork.SideOf(address, own);
    }
}
