using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>Addresses in the form that people know.</summary>
internal static class EndPoints
{
    /// <summary>Converts an IPv4-mapped IPv6 address to IPv4: <c>[::ffff:127.0.0.1]:80</c> becomes <c>127.0.0.1:80</c>.</summary>
    internal static IPEndPoint Unmapped(this IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    /// <summary>The peer of a socket; <see langword="null"/>: it has left already.</summary>
    internal static IPEndPoint? PeerOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Unmapped();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>The address without its zone: the zone of a link-local address has a meaning only on its own machine.</summary>
    internal static IPAddress WithoutScope(this IPAddress address) =>
        address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 }
            ? new IPAddress(address.GetAddressBytes()) : address;
}
