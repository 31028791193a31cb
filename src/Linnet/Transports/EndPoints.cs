using System.Net;

namespace Linnet.Transports;

/// <summary>Addresses as people know them.</summary>
internal static class EndPoints
{
    /// <summary>
    /// An IPv4 address as such where a socket for both says it as IPv6: <c>127.0.0.1:80</c> for <c>[::ffff:127.0.0.1]:80</c>.
    /// </summary>
    internal static IPEndPoint Unmapped(this IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    /// <summary>The address as it is everywhere: the zone of a link-local one is its machine's own matter.</summary>
    internal static IPAddress WithoutScope(this IPAddress address) =>
        address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: not 0 }
            ? new IPAddress(address.GetAddressBytes()) : address;
}
