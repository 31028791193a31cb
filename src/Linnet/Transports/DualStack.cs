using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>Opens ports for IPv4 and IPv6 at once, also on a machine without IPv6.</summary>
internal static class DualStack
{
    /// <summary>
    /// Opens a port. If it is for all IPv6 addresses and the machine has no IPv6, it is opened for all IPv4 addresses instead.
    /// </summary>
    /// <param name="local">The address and port.</param>
    /// <param name="open">Opens the port at an address.</param>
    /// <exception cref="SocketException">The port cannot be opened.</exception>
    internal static T Open<T>(IPEndPoint local, Func<IPEndPoint, T> open)
    {
        try
        {
            return open(local);
        }
        catch (SocketException e) when (local.Address.Equals(IPAddress.IPv6Any) && e.SocketErrorCode
            is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable or SocketError.ProtocolNotSupported)
        {
            return open(new IPEndPoint(IPAddress.Any, local.Port));
        }
    }

    /// <summary>Creates a socket for a local address. For all IPv6 addresses it takes IPv4 as well.</summary>
    internal static Socket CreateSocket(IPAddress local, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(local.AddressFamily, type, protocol);
        if (local.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = local.Equals(IPAddress.IPv6Any);
        }

        return socket;
    }
}
