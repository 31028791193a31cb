using System.Net;
using System.Net.Sockets;
using Linnet.Wire;

namespace Linnet.Transports;

/// <summary>
/// Keeps a chain of hops (redirects, entries of a fetched playlist) out of our own network. The operator's own address may be anywhere, but
/// once a hop was outside, no later hop may be inside. Otherwise a stranger's server could make us request what it cannot reach itself.
/// </summary>
/// <remarks>
/// Resolves each name once; connect to the addresses it returns. A second lookup could give others (DNS rebinding). One guard per chain,
/// used by one task.
/// </remarks>
/// <param name="sideOf">Locates an address; <see langword="null"/>: <see cref="InnerNetwork"/> does.</param>
internal sealed class HopGuard(Func<IPAddress, NetworkSide>? sideOf = null)
{
    private IReadOnlyList<IPNetwork>? _own;
    private bool _wasOutside;

    /// <summary>
    /// Creates a guard that starts in this one's state and does not affect it: for one entry of a playlist among several.
    /// </summary>
    internal HopGuard Branch() => new(sideOf) { _own = _own, _wasOutside = _wasOutside };

    /// <summary>Resolves a host name or address.</summary>
    /// <returns>The addresses to connect to; at least one.</returns>
    /// <exception cref="TransportException">The host is within our network, and an earlier hop was outside.</exception>
    /// <exception cref="SocketException">The host does not exist.</exception>
    internal async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Admit(host, await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false));

    /// <summary>Filters the addresses of the next hop: returns those to connect to.</summary>
    /// <exception cref="TransportException">No address is allowed.</exception>
    internal IPAddress[] Admit(string host, IPAddress[] addresses)
    {
        IPAddress[] admitted = _wasOutside
            ? Array.FindAll(addresses, address => SideOf(address, _own ??= InnerNetwork.ReadOwn()) is NetworkSide.Outer) : addresses;
        return admitted.Length > 0 || addresses.Length == 0
            ? admitted
            : throw new TransportException($"The server points to {host}, an address within this network: not followed.");
    }

    /// <summary>
    /// Records the address that was connected to. An address not certainly inner counts as outside, so our own networks need not be known
    /// here.
    /// </summary>
    internal void Connected(EndPoint? remote) =>
        _wasOutside |= remote is not IPEndPoint { Address: var address } || SideOf(address, []) is not NetworkSide.Inner;

    private NetworkSide SideOf(IPAddress address, IReadOnlyList<IPNetwork> own)
    {
        // A dual-stack socket reports IPv4 addresses as mapped.
        address = address.Unmapped();
        return sideOf?.Invoke(address) ?? InnerNetwork.SideOf(address, own);
    }
}
