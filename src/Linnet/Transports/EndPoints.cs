using System.Net;
using System.Net.Sockets;
using Linnet.Wire;

namespace Linnet.Transports;

/// <summary>Addresses of sockets and of their peers.</summary>
internal static class EndPoints
{
    /// <summary>Converts an address to the form that a socket of a family takes: on an IPv6 socket, IPv4 is mapped.</summary>
    /// <param name="address">The address.</param>
    /// <param name="family">The family of the socket.</param>
    internal static IPAddress MappedFor(this IPAddress address, AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 && address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address;

    /// <summary>The same for an end point.</summary>
    internal static IPEndPoint MappedFor(this IPEndPoint endPoint, AddressFamily family) =>
        endPoint.Address.MappedFor(family) is var address && ReferenceEquals(address, endPoint.Address)
            ? endPoint : new IPEndPoint(address, endPoint.Port);

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
