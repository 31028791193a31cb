using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Linnet.Transports;

/// <summary>Opens ports for IPv4 and IPv6 at once, also on a machine without IPv6.</summary>
internal static class DualStack
{
    // SIO_UDP_CONNRESET and SIO_UDP_NETRESET: whether an ICMP error of one peer makes the next receive fail. Windows only.
    private const int UdpConnectionReset = unchecked((int)0x9800000C);
    private const int UdpNetworkReset = unchecked((int)0x9800000F);

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
    /// <remarks>
    /// On Windows a socket for UDP ignores ICMP errors, with which one peer that has gone would interrupt the receiving from all others,
    /// and no other program can share its port.
    /// </remarks>
    internal static Socket CreateSocket(IPAddress local, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(local.AddressFamily, type, protocol);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = local.Equals(IPAddress.IPv6Any);
            }

            if (type == SocketType.Dgram && OperatingSystem.IsWindows())
            {
                PrepareForWindows(socket);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [SupportedOSPlatform("windows")]
    private static void PrepareForWindows(Socket socket)
    {
        // Without it another program may take the port over with SO_REUSEADDR.
        socket.ExclusiveAddressUse = true;
        foreach (int control in (ReadOnlySpan<int>)[UdpConnectionReset, UdpNetworkReset])
        {
            try
            {
                socket.IOControl(control, [0, 0, 0, 0], null);
            }
            catch (SocketException)
            {
                // An old Windows does not know it. A receiver continues after such an error anyway.
            }
        }
    }
}
